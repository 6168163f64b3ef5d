//! Tests of the commands that need no server.

use std::path::PathBuf;
use std::sync::Arc;

use base::{SystemRng, Timestamp};
use jose::{Algorithm, Signer, SigningKey};
use serde_json::json;

use crate::cli::{inspect, jose as jose_command, why};
use crate::error::{FAILED, USAGE};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn signed(algorithm: Algorithm, claims: &str) -> (Arc<SigningKey>, String) {
    let key = Arc::new(SigningKey::generate(algorithm, &SystemRng).unwrap());
    let token = Signer::new(Arc::clone(&key), Some("JWT")).sign(claims.as_bytes()).unwrap();
    (key, token)
}

#[test]
fn inspecting_a_jwt_says_that_nothing_was_verified() {
    let (_, token) = signed(Algorithm::ES256, r#"{"sub":"ada","exp":1700000000}"#);
    let it = inspect::describe(&token, NOW);
    let lines = it.lines.join("\n");
    assert!(it.known && lines.contains("NOT checked"), "{lines}");
    assert!(lines.contains("\"sub\": \"ada\"") && lines.contains("it has expired"), "{lines}");
    let padded = inspect::describe(&format!(" {token}\n"), NOW).lines.join("\n");
    assert!(padded.contains("white space"), "{padded}");
}

#[test]
fn inspecting_an_issued_string_shows_kind_and_damage_but_not_the_secret() {
    let dialect = dialect::Dialect::builtin("speculo").unwrap();
    let kind = domain::CredentialKind::RefreshToken;
    let prefix = &dialect.secret(kind, dialect::Environment::Live).prefix;
    let id = base::Id::<()>::new(NOW, &SystemRng);
    let issued = base::issued::issue::<(), ()>(prefix, id, &SystemRng);
    let it = inspect::describe(issued.expose(), NOW);
    let lines = it.lines.join("\n");
    assert!(
        it.known && lines.contains("refresh token") && lines.contains(&id.to_string()),
        "{lines}"
    );
    assert!(lines.contains("2027-01-15T08:00:00Z"), "when it was made: {lines}");
    assert!(!lines.contains(issued.expose()));
    let cut = &issued.expose()[..issued.expose().len() - 1];
    let it = inspect::describe(cut, NOW);
    assert!(!it.known && it.lines.join("\n").contains("mistyped or cut"), "{it:?}");
    assert!(!inspect::describe("hello", NOW).known);
}

/// The exit code of `postern jose verify`.
fn verify(jwk: &str, jws: &str) -> u8 {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let command = jose_command::Command::verify(file("jwk", jwk), file("jws", jws));
    jose_command::run(&command).map_or_else(|error| error.code, |()| 0)
}

#[test]
fn jose_verify_has_exit_codes_for_valid_invalid_and_unusable_input() {
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256] {
        let (key, token) = signed(algorithm, "{}");
        let jwk = serde_json::to_value(key.public().unwrap()).unwrap();
        assert_eq!(verify(&jwk.to_string(), &format!("{token}\n")), 0);
        let (other, _) = signed(algorithm, "{}");
        let other = serde_json::to_value(other.public().unwrap()).unwrap();
        assert_eq!(verify(&other.to_string(), &token), FAILED);
        assert_eq!(verify(&json!({"keys": [other, jwk]}).to_string(), &token), 0, "a set");
        assert_eq!(verify(&json!({"keys": [other]}).to_string(), &token), FAILED);
        assert_eq!(verify(&jwk.to_string(), "a.b"), FAILED);
    }
    let (_, token) = signed(Algorithm::ES256, "{}");
    assert_eq!(verify("{}", &token), USAGE);
    assert_eq!(verify(r#"{"keys":[]}"#, &token), USAGE);
    let missing = jose_command::Command::verify("/nowhere/a".into(), "/nowhere/b".into());
    assert_eq!(jose_command::run(&missing).unwrap_err().code, USAGE);
}

#[test]
fn rfc7515_a_1_a_symmetric_key_verifies_what_it_signed() {
    let jwk = json!({
        "kty": "oct",
        "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    });
    let jws = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAs\
               DQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1\
               gFWFOEjXk";
    assert_eq!(verify(&jwk.to_string(), jws), 0);
}

#[test]
fn why_is_printed_without_control_characters() {
    let answer = json!({
        "id": "key-1", "good": false,
        "chain": [
            {"kind": "api_key", "id": "key-1", "good": true, "reason": null},
            {"kind": "organization", "id": "acme", "good": false, "reason": "the organization is suspended"},
        ],
        "refusals": [{
            "at": "2027-01-15T08:00:00Z", "request": "GET /x", "request_id": "r1",
            "problem": "invalid_token", "reason": "credential_revoked",
            "explanation": "bad \u{1b}[31m", "hint": "Issue a new one.",
        }],
        "events": [{"at": "t", "action": "api_key.created", "target": {"id": "key-1"}, "actor": {"kind": "system"}}],
    });
    let rendering = why::lines(&answer).join("\n");
    assert!(rendering.contains("key-1 is NOT active"), "{rendering}");
    assert!(
        rendering.contains("organization acme: NO: the organization is suspended"),
        "{rendering}"
    );
    assert!(rendering.contains("what to do: Issue a new one."), "{rendering}");
    assert!(!rendering.contains('\u{1b}'), "{rendering}");
}
