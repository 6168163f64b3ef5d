//! Writes and reads the claims of access tokens.

use std::time::Duration;

use dialect::{ClaimsError, Dialect, Format, TokenFacts};
use oauth::ScopeSet;
use serde_json::{Value, json};

use crate::support::{builtin, harbour};

fn facts(scopes: &ScopeSet) -> TokenFacts<'_> {
    TokenFacts {
        issuer: "https://auth.example/",
        client_id: Some("client_1"),
        organization: Some("org_1"),
        user: None,
        audience: "https://api.example",
        scopes,
        issued_at: 1_700_000_000,
        expires_at: Some(1_700_003_600),
        token_id: 1,
        grant: u128::MAX,
        credential: 3,
    }
}

fn written(dialect: &Dialect, facts: &TokenFacts<'_>) -> String {
    let mut out = String::new();
    dialect.access_token().write_claims(facts, &mut out);
    out
}

#[test]
fn rfc9068_2_2_the_base_dialect_writes_the_required_claims() {
    let scopes = "b a".parse().unwrap();
    let payload = written(&builtin("rfc"), &facts(&scopes));
    assert_eq!(
        serde_json::from_str::<Value>(&payload).unwrap(),
        json!({
            "iss": "https://auth.example/", "sub": "client_1", "aud": "https://api.example",
            "client_id": "client_1", "scope": "a b", "iat": 1_700_000_000, "exp": 1_700_003_600,
            "jti": "0000000000000000000001", "org": "org_1",
            "gid": "7n42DGM5Tflk9n8mt7Fhc7", "cid": "0000000000000000000003",
        })
    );
    assert_eq!(builtin("rfc").access_token().header_typ, "at+jwt");
}

#[test]
fn rfc9068_2_2_the_subject_is_the_user_where_there_is_one() {
    let scopes = ScopeSet::new();
    let facts = TokenFacts { user: Some("user_1"), ..facts(&scopes) };
    let payload: Value = serde_json::from_str(&written(&builtin("rfc"), &facts)).unwrap();
    assert_eq!(payload["sub"], json!("user_1"));
    assert_eq!(payload.get("scope"), None);
}

#[test]
fn fyma_writes_the_claims_of_the_system_it_behaves_like() {
    let scopes = ScopeSet::new();
    let payload: Value = serde_json::from_str(&written(&builtin("fyma"), &facts(&scopes))).unwrap();
    assert_eq!(payload["sub"], json!("client_1@clients"));
    assert_eq!(payload["azp"], json!("client_1"));
    assert_eq!(payload["gty"], json!("client-credentials"));
}

#[test]
fn every_dialect_reads_back_what_it_wrote() {
    let dialects = Dialect::builtin_names().map(builtin).chain([harbour()]);
    for dialect in dialects {
        for (scope, expires_at) in [("a b:c", Some(1)), ("", None), ("x", Some(i64::MAX))] {
            let scopes: ScopeSet = scope.parse().unwrap();
            let facts = TokenFacts { expires_at, ..facts(&scopes) };
            let payload = written(&dialect, &facts);
            let claims = dialect.access_token().read_claims(payload.as_bytes()).unwrap();
            assert_eq!(claims.token_id, facts.token_id, "{}", dialect.name());
            assert_eq!((claims.grant, claims.credential), (facts.grant, facts.credential));
            assert_eq!((claims.issued_at, claims.expires_at), (facts.issued_at, expires_at));
            assert_eq!(claims.audience, facts.audience);
            assert_eq!(claims.scopes(), Ok(scopes.clone()));
        }
    }
}

#[test]
fn escaped_texts_are_read_back_unchanged() {
    let scopes = ScopeSet::new();
    let facts = TokenFacts { audience: "urn:\"\\\n\u{1}é", ..facts(&scopes) };
    let payload = written(&builtin("rfc"), &facts);
    let claims = builtin("rfc");
    let claims = claims.access_token().read_claims(payload.as_bytes()).unwrap();
    assert_eq!(claims.audience, facts.audience);
}

#[test]
fn foreign_claims_are_refused() {
    let rfc = builtin("rfc");
    let scopes = ScopeSet::new();
    let good = written(&rfc, &facts(&scopes));
    let read = |payload: &str| rfc.access_token().read_claims(payload.as_bytes()).unwrap_err();
    assert_eq!(read(r#"{"iss":"x"}"#), ClaimsError::Missing);
    assert_eq!(read(&good.replace("gid", "gidx")), ClaimsError::Missing);
    for bad in [
        "",
        "[]",
        &good.replace("7n42DGM5Tflk9n8mt7Fhc7", "short"),
        &good.replace("7n42DGM5Tflk9n8mt7Fhc7", "zzzzzzzzzzzzzzzzzzzzzz"),
        &good.replace("1700000000", "\"1700000000\""),
        &good.replace("1700000000", "1.5"),
        &good.replace("1700003600", "99999999999999999999"),
        &good.replace("\"https://api.example\"", "7"),
        &format!("{good} x"),
    ] {
        assert_eq!(read(bad), ClaimsError::Malformed, "{bad}");
    }
}

#[test]
fn the_policies_of_the_shipped_dialects() {
    use domain::Algorithm::{ES256, HS256, RS256};
    let hours = |hours: u64| Some(Duration::from_secs(hours * 3600));
    for (name, format, algorithm, lifetime) in [
        ("rfc", Format::Jwt, ES256, hours(1)),
        ("speculo", Format::Jwt, HS256, None),
        ("spendesk", Format::Jwt, ES256, hours(1)),
        ("spiko", Format::Opaque, ES256, hours(1)),
        ("fyma", Format::Jwt, RS256, hours(24)),
        ("speckle", Format::Stored, ES256, hours(24 * 180)),
    ] {
        let dialect = builtin(name);
        let policy = dialect.access_token();
        assert_eq!(
            (policy.format, policy.algorithm, policy.lifetime),
            (format, algorithm, lifetime)
        );
    }
}
