//! Traefik's ForwardAuth as its documentation describes it, with the settings of
//! `docs/cookbook/traefik.md`.
//!
//! It asks with GET and the listed headers of the request, writes `X-Forwarded-Method`, `-Proto`,
//! `-Host`, `-Uri` and `-For` itself, accepts the request on a 2xx, and otherwise answers with what
//! it received.

use super::pages::block;
use super::setting::{AUDIENCE, Postern};
use crate::harness::http::{Answer, Ask, ask};
use serde_json::json;

/// A value of the page, by its key.
fn value(key: &str) -> String {
    let page = block("traefik.md", "yaml");
    let line = page.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {key}")).trim().trim_matches('"').to_owned()
}

/// Traefik's request to the gate for the request `ask`.
fn gate_answer(postern: &Postern, asked: &Ask) -> Answer {
    let address = value("address");
    let path = address.strip_prefix("http://127.0.0.1:8444").unwrap();
    let base = format!("http://127.0.0.1:{}", postern.port);
    let mut question = ask(&base, "GET", path);
    let listed = value("authRequestHeaders").to_lowercase();
    let listed: Vec<&str> = listed.trim_matches(['[', ']']).split(", ").collect();
    assert_eq!(value("trustForwardHeader"), "false");
    for (name, value) in &asked.headers {
        if listed.contains(&name.to_lowercase().as_str()) {
            question = question.header(name, value);
        }
    }
    question
        .header("X-Forwarded-Method", &asked.method)
        .header("X-Forwarded-Proto", "http")
        .header("X-Forwarded-Host", "api.example.com")
        .header("X-Forwarded-Uri", &asked.target)
        .header("X-Forwarded-For", "203.0.113.9")
        .send()
}

#[test]
fn forward_auth_is_answered_with_the_identity_or_the_complete_refusal() {
    let postern = Postern::start("forwarded", &[]);
    let new =
        json!({"organization": postern.organization, "label": "k", "scopes": ["contacts.read"]});
    let key = postern.admin.create("/api-keys", &new)["secret"].as_str().unwrap().to_owned();
    let at = |method: &str, target: &str| ask(&postern.server.base, method, target);

    let yes = gate_answer(&postern, &at("GET", "/v1/contacts/7?x=1").bearer(&key)).expect(200);
    assert_eq!(yes.header("x-postern-audience"), Some(AUDIENCE));
    assert_eq!(yes.header("x-postern-credential-kind"), Some("api_key"));
    // Everything that it copies is in the answer: it removes headers of the caller with matching
    // names, and the names match.
    assert_eq!(value("authResponseHeadersRegex"), "(?i)^x[-_]postern[-_]|^x-request-id$");
    let named = yes.headers.iter().filter(|(name, _)| name.starts_with("x-postern-"));
    assert_eq!(named.count(), 11, "{:?}", yes.headers);

    let no = gate_answer(&postern, &at("GET", "/v1/contacts/7")).expect(401);
    assert!(no.header("www-authenticate").unwrap().contains("resource_metadata="));
    let no = gate_answer(&postern, &at("POST", "/v1/contacts/7").bearer(&key)).expect(403);
    assert_eq!(no.json()["error"], "insufficient_scope");
    for trick in ["//v1/contacts/7", "/v1/status/../contacts/7", "/v1/status%2f..%2fcontacts"] {
        gate_answer(&postern, &at("GET", trick).bearer(&key)).expect(400);
    }
    gate_answer(&postern, &at("GET", "/v1/status")).expect(200);
}
