//! Secrets that an older system chose, presented at the gate.

use serde_json::json;

use super::{Fixture, WEAK};
use crate::harness::Server;
use crate::harness::http::{post, raw};

const OWNER: &str = "198.51.100.7";
/// Somewhere else, where the owner may be one day.
const TRAVELLING: &str = "192.0.2.44";

/// An address of another network each.
fn stranger(number: usize) -> String {
    format!("203.{}.{}.9", number / 250, number % 250)
}

#[test]
fn a_guesser_is_stopped_and_the_owner_at_a_known_place_goes_on() {
    let fixture = Fixture::new();
    fixture.import(&[("old-1", WEAK), ("old-2", "771120")], true);
    fixture.ask(OWNER, "old-1", WEAK).expect(200);
    let mut stopped = None;
    for number in 0..40 {
        let answer = fixture.ask(&stranger(number), "old-1", &format!("{number:06}"));
        if answer.status == 429 {
            stopped.get_or_insert((number, answer));
        } else {
            assert!(answer.status == 401 && stopped.is_none(), "{number}: {}", answer.status);
        }
    }
    let (number, answer) = stopped.expect("a guesser at a hundred networks goes on");
    assert_eq!(number, 20, "so many wrong secrets of one id are compared");
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=180).contains(&wait), "{wait}");
    assert_eq!(fixture.admin.why(&answer), "too_many_guesses");
    // Nothing is compared: the right secret gets the same answer, so it cannot be found.
    let right = fixture.ask(&stranger(77), "old-1", WEAK).expect(429);
    let wrong = fixture.ask(&stranger(78), "old-1", "999999").expect(429);
    assert_eq!(right.body, wrong.body);
    fixture.ask(TRAVELLING, "old-1", WEAK).expect(429);
    for _ in 0..50 {
        fixture.ask(OWNER, "old-1", WEAK).expect(200);
    }
    fixture.ask(TRAVELLING, "old-2", "771120").expect(200);
}

#[test]
fn a_network_that_tries_many_ids_is_stopped_in_every_size() {
    let fixture = Fixture::new();
    fixture.import(&[("old-1", WEAK), ("old-2", "771120")], true);
    fixture.ask("2001:db8:1:100::7", "old-1", WEAK).expect(200);
    // A /64 is stopped after 100, and a /48 after 400, however many of them it has.
    let mut compared = 0;
    for number in 0..1_200 {
        let address = format!("2001:db8:1:{:x}00::{number:x}", number / 150);
        let answer = fixture.ask(&address, &format!("id-{number}"), "000000");
        compared += usize::from(answer.status == 401);
    }
    // A bucket has one more attempt every few seconds.
    assert!((400..=420).contains(&compared), "{compared}");
    fixture.ask("2001:db8:1:100::7", "old-2", "771120").expect(429);
    fixture.ask("2001:db8:1:100::9", "old-1", WEAK).expect(200);
    fixture.ask("2001:db8:2::9", "old-2", "771120").expect(200);
}

#[test]
fn a_guesser_behind_the_owners_own_address_is_stopped_too() {
    let fixture = Fixture::new();
    fixture.import(&[("old-1", WEAK)], true);
    fixture.ask(OWNER, "old-1", WEAK).expect(200);
    let compared = (0..150)
        .filter(|number| fixture.ask(OWNER, "old-1", &format!("{number:06}")).status == 401);
    let compared = compared.count();
    assert!((100..=105).contains(&compared), "{compared}");
    fixture.ask(OWNER, "old-1", WEAK).expect(429);
    fixture.ask(TRAVELLING, "old-1", WEAK).expect(200);
}

#[test]
fn after_a_restart_in_the_midst_of_an_attack_the_owner_goes_on() {
    let fixture = Fixture::new();
    fixture.import(&[("old-1", WEAK)], true);
    fixture.ask(OWNER, "old-1", WEAK).expect(200);
    let Fixture { server, admin, organization } = fixture;
    let server = Server::serve(server.end(), &admin.base);
    let fixture = Fixture { server, admin, organization };
    for number in 0..30 {
        fixture.ask(&stranger(number), "old-1", "000000");
    }
    fixture.ask(TRAVELLING, "old-1", WEAK).expect(429);
    fixture.ask(OWNER, "old-1", WEAK).expect(200);
    assert!(!fixture.server.log().contains("panicked"));
}

#[test]
fn a_limit_does_not_tell_whether_there_is_an_id() {
    let fixture = Fixture::new();
    fixture.import(&[("old-1", WEAK)], true);
    let answers = |id: &str, from: usize| -> Vec<(u16, Vec<u8>)> {
        let asked = (0..25).map(|number| fixture.ask(&stranger(from + number), id, "000000"));
        asked.map(|answer| (answer.status, answer.body)).collect()
    };
    let (known, nobody) = (answers("old-1", 0), answers("nobody", 100));
    assert_eq!(
        known.iter().map(|it| it.0).collect::<Vec<_>>(),
        nobody.iter().map(|it| it.0).collect::<Vec<_>>()
    );
    assert_eq!(known.last().unwrap().0, 429);
}

#[test]
fn the_secret_of_an_imported_token_is_not_compared_where_it_is_not_accepted() {
    let fixture = Fixture::new();
    fixture.import(&[("old-1", WEAK)], true);
    let exchange = |secret: &str| {
        let ask = post(fixture.base(), "/oauth/token").basic("old-1", secret);
        ask.form(&[("grant_type", "client_credentials")]).send().expect(401)
    };
    let (right, wrong) = (exchange(WEAK), exchange("000000"));
    assert_eq!(fixture.admin.why(&right), "auth_method_not_allowed");
    assert_eq!(fixture.admin.why(&wrong), "auth_method_not_allowed");
}

#[test]
fn a_generated_key_has_no_limit_and_its_owner_is_not_kept_out() {
    let fixture = Fixture::new();
    let new = json!({"organization": fixture.organization, "label": "k"});
    let key = fixture.admin.create("/api-keys", &new);
    let (id, secret) = (key["id"].as_str().unwrap(), key["secret"].as_str().unwrap());
    for number in 0..60 {
        fixture.ask(&stranger(number), id, "000000").expect(401);
    }
    fixture.ask(TRAVELLING, id, secret).expect(200);
}

#[test]
fn a_weak_secret_is_refused_at_import_unless_told_and_is_marked() {
    let fixture = Fixture::new();
    let strong = "6f9e8a8e2c1b4d5e9f3a0b7c6d5e4f31";
    let tokens = [
        ("old-1", WEAK),
        ("old-2", "Password2019"),
        ("old-3", strong),
        ("customer-7", "CUSTOMER-7"),
    ];
    let refused = fixture.import(&tokens, false);
    assert_eq!((&refused["imported"], &refused["refused"]), (&json!(1), &json!(3)), "{refused}");
    let problem = refused["results"][0]["problem"].as_str().unwrap();
    assert!(problem.contains("guess") && problem.contains("allow_weak"), "{problem}");
    assert!(!refused.to_string().contains(WEAK));
    let told = fixture.import(&tokens, true);
    assert_eq!(
        (&told["imported"], &told["unchanged"], &told["weak"]),
        (&json!(3), &json!(1), &json!(3))
    );
    for (id, weak) in [("old-1", true), ("old-2", true), ("old-3", false), ("customer-7", true)] {
        assert_eq!(fixture.admin.read(&format!("/legacy-tokens/{id}"))["weak"], weak, "{id}");
    }
    let again = fixture.import(&tokens, false);
    assert_eq!(
        (&again["unchanged"], &again["refused"]),
        (&json!(4), &json!(0)),
        "what is there stays"
    );
}

#[test]
fn many_guesses_at_once_are_no_more_than_the_limit_allows() {
    let fixture = Fixture::new();
    fixture.import(&[("old-1", WEAK)], true);
    let base = fixture.base();
    let compared: usize = std::thread::scope(|scope| {
        let guessers: Vec<_> = (0..8)
            .map(|thread| {
                scope.spawn(move || {
                    let guesses = (0..50).map(|number| guess(base, thread * 50 + number));
                    guesses.filter(|status| *status == 401).count()
                })
            })
            .collect();
        guessers.into_iter().map(|it| it.join().unwrap()).sum()
    });
    // Each thread of the server may have one guess under way when the limit is reached.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    assert!((20..=20 + threads).contains(&compared), "{compared}");
}

fn guess(base: &str, number: usize) -> u16 {
    let ask = crate::harness::http::get(base, "/gate")
        .header("X-Original-Method", "GET")
        .header("X-Original-Host", "api.example.com")
        .header("X-Original-URI", "/v1/things")
        .header("X-Forwarded-For", stranger(number))
        .basic("old-1", &format!("{number:06}"));
    raw(base, &ask.bytes()).unwrap().status
}

#[test]
fn a_check_of_the_running_realm_names_the_weak_secrets_that_it_has() {
    let fixture = Fixture::new();
    let strong = "6f9e8a8e2c1b4d5e9f3a0b7c6d5e4f31";
    fixture.import(&[("old-1", WEAK), ("old-2", "771120"), ("old-3", strong)], true);
    fixture.admin.act("/legacy-tokens/old-2/revoke");
    let check = |more: &[&str]| {
        let mut command = crate::harness::postern();
        command.arg("check").args(more).arg("--config");
        command.arg(fixture.server.folder().join("postern.toml"));
        command.args(["--url", fixture.base()]).env("POSTERN_ADMIN_KEY", &fixture.admin.key);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert!(!check(&[]).1.contains("weak_imported_secret"), "it asks nobody unless told");
    let (status, printed) = check(&["--live"]);
    let line = printed.lines().find(|line| line.contains("weak_imported_secret"));
    let line = line.unwrap_or_else(|| panic!("{printed}"));
    assert!(
        line.starts_with("weak ") && line.contains("1 imported") && line.contains("old-1"),
        "{line}"
    );
    assert!(
        !line.contains("old-2") && !line.contains("old-3") && !printed.contains(WEAK),
        "{printed}"
    );
    assert_eq!((status, check(&["--live", "--strict"]).0), (Some(0), Some(1)));
}
