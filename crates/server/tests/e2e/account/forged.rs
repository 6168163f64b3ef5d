//! Cross-site requests are refused and change nothing.

use serde_json::{Value, json};

use super::{Fixture, new_app};
use crate::harness::http::{Ask, ask};

#[test]
fn a_change_by_cookie_needs_a_same_origin_header() {
    let fixture = Fixture::new();
    let app = fixture.app();
    let mut ada = fixture.sign_in("ada", &app);
    let base = fixture.base().to_owned();
    let asked = || ask(&base, "POST", "/account/v1/apps");
    let body = new_app(&["profile:read"]);
    let good = || asked().json(&body);
    let form = |ask: Ask| ask.text("text/plain", body.to_string());
    let forged: [(&str, Ask, u16); 9] = [
        ("nothing said", good(), 403),
        ("another origin", good().header("Origin", "https://evil.example"), 403),
        ("no origin", good().header("Origin", "null"), 403),
        ("a neighbour's port", good().header("Origin", "http://127.0.0.1:1"), 403),
        ("cross-site", good().header("Sec-Fetch-Site", "cross-site").header("Origin", &base), 403),
        ("same-site", good().header("Sec-Fetch-Site", "same-site"), 403),
        ("two origins", good().header("Origin", &base).header("Origin", "https://x.example"), 403),
        ("a form", form(asked()).header("Origin", &base), 415),
        ("no type", asked().header("Origin", &base), 415),
    ];
    for (what, ask, status) in forged {
        let refused = ada.send(ask);
        assert_eq!(refused.status, status, "{what}: {}", refused.text());
        assert!(refused.json()["error"].is_string() && refused.json()["request_id"].is_string());
    }
    assert_eq!(ada.read("/apps")["data"], json!([]), "nothing was made");
    let sent = ada.send(good().header("Sec-Fetch-Site", "same-origin"));
    assert_eq!(sent.status, 201, "{}", sent.text());
    let end = ask(&base, "POST", "/account/v1/sessions/end-others");
    assert_eq!(ada.send(end).status, 403, "without a body, too");
    let deleted =
        ask(&base, "DELETE", "/account/v1/sessions/x").header("Origin", "https://e.example");
    assert_eq!(ada.send(deleted.json(&json!({}))).status, 403);
}

#[test]
fn no_other_origin_is_let_in_by_a_preflight_and_reads_are_not_handed_out() {
    let fixture = Fixture::new();
    let app = fixture.app();
    let mut ada = fixture.sign_in("ada", &app);
    let base = fixture.base().to_owned();
    for path in ["/account/v1/apps", "/account/v1/me"] {
        let preflight = ask(&base, "OPTIONS", path)
            .header("Origin", "https://evil.example")
            .header("Access-Control-Request-Method", "POST");
        let answer = ada.send(preflight);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        let read = ask(&base, "GET", path).header("Origin", "https://evil.example");
        let answer = ada.send(read);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

#[test]
fn a_token_needs_none_of_this() {
    let fixture = Fixture::new();
    let ada = fixture.person("ada");
    let (_, pat) = fixture.pat(&ada, &["apps:write", "profile:read"]);
    let made = fixture.with(&pat, "POST", "/apps", &new_app(&["profile:read"]));
    assert_eq!(made.status, 201, "{}", made.text());
    assert_ne!(made.json()["secret"], Value::Null);
}
