//! A refusal reaches the caller complete: status, challenge and body are Postern's.

use super::proxy::Kind;
use super::setting::Setting;
use super::with_each_proxy;
use crate::harness::http::{Answer, Ask};

with_each_proxy!(
    every_refusal_is_the_dialects_whole_answer,
    the_words_of_another_dialect_arrive_too,
    rfc6585_4_too_many_requests_have_retry_after,
    a_revoked_credential_is_refused_at_once,
);

/// A complete refusal, with the checks that apply to every one.
fn refused(setting: &Setting, ask: &Ask, status: u16) -> Answer {
    let answer = ask.send().expect(status);
    assert_eq!(answer.header("x-api"), None);
    assert!(!answer.request_id().is_empty());
    assert!(!answer.headers.iter().any(|(name, _)| name == "x-postern-subject"));
    assert_eq!(setting.api.reached(), [""; 0], "{} {}", ask.method, ask.target);
    answer
}

fn every_refusal_is_the_dialects_whole_answer(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    let metadata =
        "resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource\"";

    // An anonymous request: RFC 6750 §3.1 has no error code for it.
    let answer = refused(&setting, &setting.get("/v1/contacts/7"), 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer ") && challenge.contains(metadata), "{challenge}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.json()["error"].is_string());

    let answer = refused(&setting, &setting.get("/v1/contacts/7").bearer("nonsense"), 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains("error=\"invalid_token\"") && challenge.contains(metadata));
    assert_eq!(answer.json()["error"], "invalid_token");
    let twice = setting.get("/v1/contacts/7").bearer(&key).bearer("nonsense");
    assert!(twice.send().status >= 400);
    assert_eq!(setting.api.reached(), [""; 0]);

    // RFC 6750 §3.1: the missing scope is named.
    let post = setting.ask("POST", "/v1/contacts/7").bearer(&key).text("text/plain", "x");
    let answer = refused(&setting, &post, 403);
    assert_eq!(answer.json()["error"], "insufficient_scope");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains("contacts.write"), "{challenge}");

    // No route.
    for target in ["/", "/v2/contacts/7", "/v1/contact"] {
        let answer = refused(&setting, &setting.get(target).bearer(&key), 403);
        assert!(answer.json()["error"].is_string(), "{target}");
    }
    let elsewhere = Ask { headers: Vec::new(), ..setting.get("/v1/contacts/7") };
    let elsewhere = elsewhere.header("Host", "other.example.com").bearer(&key);
    assert!(elsewhere.send().status >= 400);
    assert_eq!(setting.api.reached(), [""; 0]);

    let head = refused(&setting, &setting.ask("HEAD", "/v1/contacts/7"), 401);
    assert!(head.body.is_empty() && head.header("www-authenticate").is_some());
}

fn the_words_of_another_dialect_arrive_too(kind: Kind) {
    let setting = Setting::with(kind, &[("dialect = \"rfc\"", "dialect = \"spendesk\"")]);
    let answer = refused(&setting, &setting.get("/v1/contacts/7").bearer("nonsense"), 401);
    let reported = answer.json();
    assert!(reported["errors"][0]["code"].is_string(), "{reported}");
    assert!(reported["errors"][0]["detail"].is_string(), "{reported}");
}

fn rfc6585_4_too_many_requests_have_retry_after(kind: Kind) {
    let setting = Setting::with(kind, &[("requests = 600", "requests = 3")]);
    let (_, key) = setting.key(&["contacts.read"]);
    let ask = setting.get("/v1/contacts/7").bearer(&key);
    for _ in 0..3 {
        ask.send().expect(200);
    }
    setting.api.reached();
    // A 429 is not counted, so it stays a 429.
    for _ in 0..3 {
        let answer = refused(&setting, &ask, 429);
        let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert!(answer.header("ratelimit").is_some() && answer.json()["error"].is_string());
    }
    // Only this credential is limited.
    let (_, other) = setting.key(&["contacts.read"]);
    setting.get("/v1/contacts/7").bearer(&other).send().expect(200);
}

fn a_revoked_credential_is_refused_at_once(kind: Kind) {
    let setting = Setting::new(kind);
    let (id, key) = setting.key(&["contacts.read"]);
    let ask = setting.get("/v1/contacts/7").bearer(&key);
    ask.send().expect(200);
    setting.api.reached();
    setting.admin.act(&format!("/api-keys/{id}/revoke"));
    let answer = refused(&setting, &ask, 401);
    assert!(setting.admin.why(&answer).contains("revoked"), "{}", setting.admin.why(&answer));
}
