//! A flood of refused requests does not fill the log, and the log says what it left out.

use super::Fixture;
use crate::harness::http::post;

#[test]
fn a_flood_writes_a_limited_number_of_lines_and_says_how_many_are_missing() {
    let fixture = Fixture::new();
    let base = fixture.base().to_owned();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let base = &base;
            scope.spawn(move || {
                for number in 0..500 {
                    let id = format!("nobody-{thread}-{number}");
                    let ask = post(base, "/oauth/token").basic(&id, "wrong");
                    ask.form(&[("grant_type", "client_credentials")]).send().expect(401);
                }
            });
        }
    });
    let flooded = fixture.server.log();
    let lines = flooded.matches("\"unknown_client\"").count();
    assert!((100..=400).contains(&lines), "{lines} lines of 2,000 refusals");
    // A known client is not hidden by the flood.
    let known = post(&base, "/oauth/token").basic("nobody", "wrong");
    let key = fixture.admin.create(
        "/api-keys",
        &serde_json::json!({"organization": fixture.organization, "label": "k"}),
    );
    let id = key["id"].as_str().unwrap();
    let refused = post(&base, "/oauth/token").basic(id, "wrong");
    let refused = refused.form(&[("grant_type", "client_credentials")]).send().expect(401);
    known.form(&[("grant_type", "client_credentials")]).send().expect(401);
    let log = fixture.server.log();
    assert!(log.contains(refused.request_id()), "{}", &log[flooded.len()..]);
    let (status, log) = fixture.server.signal_and_wait();
    assert!(status.success());
    let written = log.matches("\"unknown_client\"").count();
    let left_out: usize = log
        .lines()
        .filter_map(|line| {
            let (_, rest) = line.split_once("\"left_out\":")?;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok()
        })
        .sum();
    assert_eq!(written + left_out, 2_001, "every refusal is written or counted");
    let refusals: usize = log.lines().filter(|line| line.contains("refused: ")).map(str::len).sum();
    assert!(refusals < 400 * 500, "{refusals} bytes");
}
