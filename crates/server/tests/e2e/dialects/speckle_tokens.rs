//! Speckle's personal access tokens: created with scopes and an expiry, shown once, used, revoked.

use std::time::Duration;

use base::{Clock as _, SystemClock};
use serde_json::{Value, json};

use super::speckle::{Speckle, not_valid};
use super::text;

const MINE: &str = "{ activeUser { apiTokens { id name scopes lastUsed lifespan createdAt } } }";

#[test]
fn a_token_is_shown_once_and_its_uses_are_seen() {
    let speckle = Speckle::new();
    let admin = speckle.server.admin("speckle");
    let (id, secret) = speckle.token(&["profile:read", "tokens:read"]);
    assert_eq!((id.len(), secret.len()), (10, 42));
    assert!(secret.starts_with(&id));
    let path = format!("/personal-access-tokens/{id}");
    let before = admin.read(&path);
    assert_eq!((before.get("secret"), &before["last_used_at"]), (None, &Value::Null));
    assert!(speckle.opens(&secret));
    let after = admin.read(&path);
    assert!(after["last_used_at"].is_string() && after["uses"].as_u64() == Some(1), "{after}");

    let listed = speckle.data(&secret, MINE)["activeUser"]["apiTokens"].clone();
    let own = listed.as_array().unwrap().iter().find(|token| token["id"] == id).unwrap();
    assert_eq!(own["name"], "test");
    assert_eq!(own["scopes"], json!(["profile:read", "tokens:read"]));
    assert!(own["lastUsed"].is_string());
    assert!(!listed.to_string().contains(&secret[10..]));
}

#[test]
fn a_revoked_token_is_403_from_the_next_request_on() {
    let speckle = Speckle::new();
    let (id, secret) = speckle.token(&["profile:read"]);
    assert!(speckle.opens(&secret));
    speckle.server.admin("speckle").act(&format!("/personal-access-tokens/{id}/revoke"));
    assert!(!speckle.opens(&secret));
    assert!(speckle.opens(speckle.pat()), "another stays");
}

#[test]
fn a_removed_user_takes_every_token_along() {
    let speckle = Speckle::new();
    let me = speckle.data(speckle.pat(), "{ activeUser { id } }");
    let path = format!("/users/{}", text(&me["activeUser"], "id"));
    speckle.server.admin("speckle").call("DELETE", &path, None).expect(200);
    assert!(!speckle.opens(speckle.pat()));
}

#[test]
fn a_token_ends_by_itself() {
    let speckle = Speckle::new();
    let me = speckle.data(speckle.pat(), "{ activeUser { id } }");
    let ends = SystemClock.now().plus(Duration::from_millis(1_500));
    let new = json!({
        "user": me["activeUser"]["id"],
        "name": "short",
        "scopes": ["profile:read"],
        "expires_at": ends.to_string(),
    });
    let made = speckle.server.admin("speckle").create("/personal-access-tokens", &new);
    let secret = text(&made, "secret");
    assert!(speckle.opens(secret));
    std::thread::sleep(Duration::from_secs(2));
    assert!(!speckle.opens(secret));
}

#[test]
fn tokens_are_made_and_revoked_by_graphql_within_the_makers_scopes() {
    let speckle = Speckle::new();
    let create = |by: &str, scopes: &str| {
        let mutation = format!(
            r#"mutation {{ apiTokenCreate(token: {{name: "mine", scopes: [{scopes}], lifespan: 60000}}) }}"#
        );
        speckle.ask(&mutation).bearer(by).send().expect(200).json()
    };
    let code = |body: &Value| body["errors"][0]["extensions"]["code"].clone();
    assert_eq!(code(&create(speckle.pat(), r#""profile:read""#)), "FORBIDDEN");
    let (_, maker) = speckle.token(&["profile:read", "tokens:read", "tokens:write"]);
    assert_eq!(code(&create(&maker, r#""streams:write""#)), "FORBIDDEN", "the maker lacks it");
    assert_eq!(code(&create(&maker, r#""profile:read", "tokens:write""#)), "FORBIDDEN");
    let made = create(&maker, r#""profile:read", "tokens:read""#);
    let token = made["data"]["apiTokenCreate"].as_str().unwrap_or_else(|| panic!("{made}"));
    assert_eq!(token.len(), 42);
    assert!(speckle.opens(token));
    let listed = speckle.data(token, MINE)["activeUser"]["apiTokens"].clone();
    let own = listed.as_array().unwrap().iter().find(|own| own["id"] == token[..10]).unwrap();
    assert_eq!(own["lifespan"].to_string().trim_matches('"'), "60000");
    let revoke = format!(r#"mutation {{ apiTokenRevoke(token: "{token}") }}"#);
    assert_eq!(speckle.data(&maker, &revoke)["apiTokenRevoke"], true);
    not_valid(&speckle.ask("{ activeUser { id } }").bearer(token).send());
}
