//! Rate limits, as callers and proxies see them.

use super::fixture::Fixture;

#[test]
fn too_many_requests_are_429_and_every_answer_has_the_remaining_count() {
    let limits = "limits.credential = { requests = 3, window = \"1h\" }\n\
                  limits.organization = { requests = 5, window = \"1h\" }";
    let fixture = Fixture::new("rfc", limits);
    let (token, key) = (fixture.token(), fixture.secret_of_key());
    for left in [2, 1, 0] {
        let answer = fixture.ask("GET", "/v1/x", key).expect(200);
        let reported = answer.header("ratelimit").unwrap();
        assert!(reported.starts_with(&format!("\"credential\";r={left};t=")), "{reported}");
        assert!(reported.contains(&format!(", \"organization\";r={};t=", left + 2)), "{reported}");
        let policy = "\"credential\";q=3;w=3600, \"organization\";q=5;w=3600";
        assert_eq!(answer.header("ratelimit-policy"), Some(policy));
    }
    let refused = fixture.ask("GET", "/v1/x", key).expect(429);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1_190..=1_200).contains(&wait), "{wait}");
    assert!(refused.header("ratelimit").unwrap().starts_with("\"credential\";r=0;"));
    assert_eq!(fixture.admin.why(&refused), "rate_exceeded");

    // The refused request did not count for the organization: two are left for its other
    // credential.
    for _ in 0..2 {
        fixture.ask("GET", "/v1/x", &token).expect(200);
    }
    let refused = fixture.ask("GET", "/v1/x", &token).expect(429);
    assert!(refused.header("ratelimit").unwrap().contains("\"organization\";r=0;"));
    fixture.gate_request("GET", "/health").send().expect(200);
}

#[test]
fn the_second_gate_request_for_a_refusal_is_not_counted() {
    let fixture = Fixture::new("rfc", "limits.credential = { requests = 2, window = \"1h\" }");
    let key = fixture.secret_of_key();
    let ask = |answer: &str| {
        let mut ask = fixture.gate_request("GET", "/v1/x").bearer(key);
        ask.target = format!("/gate?answer={answer}");
        ask.send()
    };
    for _ in 0..5 {
        ask("refusal").expect(503);
    }
    ask("verdict").expect(200);
    ask("verdict").expect(200);
    let verdict = ask("verdict").expect(403);
    assert_eq!(verdict.header("x-postern-status"), Some("429"));
    let refusal = ask("refusal").expect(429);
    assert!(refusal.header("retry-after").is_some() && !refusal.body.is_empty());
}
