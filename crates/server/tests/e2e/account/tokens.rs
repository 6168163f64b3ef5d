//! Personal access tokens, as their owners create, see and revoke them.

use serde_json::{Value, json};

use super::{Fixture, text};
use crate::harness::http::ask;

#[test]
fn a_token_is_shown_once_used_listed_and_revoked() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    let made = ada.make("/tokens", json!({"name": "ci", "scopes": ["profile:read"]}));
    let secret = text(&made, "secret").to_owned();
    assert_eq!(secret.len(), 42);
    let one = format!("/tokens/{}", text(&made, "id"));
    assert_eq!(ada.read(&one)["last_used_at"], Value::Null);
    assert_eq!(fixture.with(&secret, "GET", "/me", &Value::Null).expect(200).json()["id"], ada.id);
    let read = ada.read(&one);
    assert!(read["last_used_at"].is_string() && read["uses"] == 1, "{read}");
    assert!(!ada.read("/tokens").to_string().contains(&secret[10..]));
    assert!(!ada.read("/access-log").to_string().contains(&secret[10..]));
    let log = fixture.server.log();
    assert!(log.contains("account") && !log.contains(&secret[10..]), "at its most talkative");
    assert!(ada.act("POST", &format!("{one}/revoke"), json!({}))["revoked_at"].is_string());
    assert_eq!(fixture.with(&secret, "GET", "/me", &Value::Null).status, 401);
    ada.act("POST", &format!("{one}/revoke"), json!({}));
}

#[test]
fn a_token_gets_no_reserved_scope_and_none_that_its_user_lacks() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    let new = |scopes: &[&str]| json!({"name": "x", "scopes": scopes});
    assert_eq!(ada.call("POST", "/tokens", &new(&["tokens:write"])).status, 400);
    assert_eq!(ada.call("POST", "/tokens", &new(&["nothing"])).status, 400);
    // Only staff can create a token that creates tokens.
    let (_, maker) = fixture.pat(&ada.id, &["tokens:write", "profile:read"]);
    let create = |scopes: &[&str]| fixture.with(&maker, "POST", "/tokens", &new(scopes));
    let wider = create(&["profile:read", "streams:read"]).expect(403);
    assert!(wider.text().contains("streams:read"), "{}", wider.text());
    assert_eq!(create(&["tokens:write"]).status, 400);
    let made = create(&["profile:read"]).expect(201).json();
    fixture.with(text(&made, "secret"), "GET", "/me", &Value::Null).expect(200);
}

#[test]
fn a_token_made_by_a_token_ends_no_later() {
    let fixture = Fixture::new();
    let ada = fixture.person("ada");
    let ends = "2099-01-01T00:00:00Z";
    let new = json!({"user": ada, "name": "maker", "expires_at": ends,
        "scopes": ["tokens:write", "profile:read"]});
    let made = fixture.admin.create("/personal-access-tokens", &new);
    let maker = text(&made, "secret");
    let new = json!({"name": "x", "scopes": ["profile:read"]});
    let made = fixture.with(maker, "POST", "/tokens", &new).expect(201).json();
    assert_eq!(made["expires_at"], ends, "where nothing was said");
    let later =
        json!({"name": "x", "scopes": ["profile:read"], "expires_at": "2099-01-02T00:00:00Z"});
    assert_eq!(fixture.with(maker, "POST", "/tokens", &later).status, 400);
}

#[test]
fn an_idempotency_key_is_answered_the_same_to_the_same_way_in_alone() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    let base = fixture.base().to_owned();
    let body = json!({"name": "ci", "scopes": ["profile:read", "streams:read"]});
    let keyed = || {
        let ask = ask(&base, "POST", "/account/v1/tokens").json(&body);
        ask.header("Idempotency-Key", "k1")
    };
    let by_cookie = || keyed().header("Origin", &base);
    let first = ada.send(by_cookie()).expect(201);
    let second = ada.send(by_cookie()).expect(201);
    assert_eq!(first.json(), second.json());
    assert_eq!(ada.read("/tokens")["data"].as_array().unwrap().len(), 1);
    let (_, narrow) = fixture.pat(&ada.id, &["tokens:write"]);
    let refused = keyed().bearer(&narrow).send();
    assert!(refused.status >= 400, "what the session was told is not told to a token");
    assert!(!refused.text().contains(text(&first.json(), "secret")));
}

#[test]
fn lists_are_paged_by_cursor() {
    let fixture = Fixture::new();
    let mut ada = fixture.sign_in("ada", &fixture.app());
    for n in 0..3 {
        ada.make("/tokens", json!({"name": format!("t{n}"), "scopes": ["profile:read"]}));
    }
    let first = ada.read("/tokens?limit=2");
    assert_eq!(first["data"].as_array().unwrap().len(), 2);
    let next = ada.read(&format!("/tokens?limit=2&after={}", text(&first, "next")));
    assert_eq!((next["data"].as_array().unwrap().len(), &next["next"]), (1, &Value::Null));
    for bad in ["/tokens?limit=0", "/tokens?limit=201", "/tokens?after=x"] {
        assert_eq!(ada.call("GET", bad, &Value::Null).status, 400, "{bad}");
    }
    // Whatever else is asked for, the list is the user's own.
    assert_eq!(ada.read("/tokens?user=x")["data"].as_array().unwrap().len(), 3);
    let log = ada.read("/access-log?limit=2");
    assert_eq!(log["data"].as_array().unwrap().len(), 2);
    assert!(log["data"][0]["sequence"].as_u64() > log["data"][1]["sequence"].as_u64());
    let older = ada.read(&format!("/access-log?limit=2&after={}", text(&log, "next")));
    assert!(older["data"][0]["sequence"].as_u64() < log["data"][1]["sequence"].as_u64());
}
