//! The forms of claims.

use serde_json::json;

use super::*;

fn read(value: Value) -> Result<Claims, Rejection> {
    let Value::Object(members) = value else { panic!("an object") };
    Claims::read(members, &ClaimNames::default())
}

#[test]
fn rfc7519_4_1_3_audience_is_one_or_many() {
    assert_eq!(read(json!({"aud": "a"})).unwrap().audience, ["a"]);
    assert_eq!(read(json!({"aud": ["a", "b"]})).unwrap().audience, ["a", "b"]);
    assert!(read(json!({})).unwrap().audience.is_empty());
    for wrong in [json!({"aud": 1}), json!({"aud": ["a", 1]}), json!({"aud": {}})] {
        assert_eq!(read(wrong), Err(Rejection::MalformedClaim("aud")));
    }
}

#[test]
fn scopes_come_as_text_or_array_under_either_name() {
    let expected: ScopeSet = "a b".parse().unwrap();
    for claims in [
        json!({"scope": "b a"}),
        json!({"scope": ["a", "b"]}),
        json!({"scopes": ["a", "b"]}),
        json!({"scope": "a b", "scopes": ["c"]}),
    ] {
        assert_eq!(read(claims).unwrap().scopes.as_ref(), Some(&expected));
    }
    assert_eq!(read(json!({})).unwrap().scopes, None);
    assert_eq!(read(json!({"scope": ""})).unwrap().scopes, Some(ScopeSet::new()));
    for wrong in [json!({"scope": 1}), json!({"scope": ["a", 1]}), json!({"scope": "a\u{e9}"})] {
        assert_eq!(read(wrong), Err(Rejection::MalformedClaim("scope")));
    }
}

#[test]
fn rfc7519_2_numeric_dates_may_have_fractions_and_nothing_else() {
    assert_eq!(read(json!({"exp": 12})).unwrap().expires_at, Some(12));
    assert_eq!(read(json!({"exp": 12.9})).unwrap().expires_at, Some(12));
    assert_eq!(read(json!({"exp": -1})).unwrap().expires_at, Some(-1));
    for wrong in [json!("12"), json!(1e300), json!(true), json!(u64::MAX)] {
        assert_eq!(read(json!({"exp": wrong})), Err(Rejection::MalformedClaim("exp")), "{wrong}");
    }
}

#[test]
fn a_providers_own_claim_names_are_read_and_other_claims_kept() {
    let names = ClaimNames {
        organization: vec!["wallet".to_owned(), "company_id".to_owned()],
        ..ClaimNames::default()
    };
    let Value::Object(members) =
        json!({"sub": "s", "company_id": "co_1", "azp": "c", "gty": "client-credentials"})
    else {
        panic!("an object")
    };
    let claims = Claims::read(members, &names).unwrap();
    assert_eq!(claims.organization.as_deref(), Some("co_1"));
    assert_eq!(claims.client.as_deref(), Some("c"));
    assert_eq!(Value::Object(claims.extra), json!({"gty": "client-credentials"}));
}

#[test]
fn the_issuers_answer_overrides_the_token_and_an_empty_scope_stays_empty() {
    let token = read(json!({"sub": "s", "scope": "a b", "iat": 1, "x": 1, "y": 1})).unwrap();
    let answer = read(json!({"scope": "", "y": 2})).unwrap();
    let merged = answer.or(token);
    assert_eq!(merged.scopes, Some(ScopeSet::new()));
    assert_eq!(merged.subject.as_deref(), Some("s"));
    assert_eq!(merged.issued_at, Some(1));
    assert_eq!(Value::Object(merged.extra), json!({"x": 1, "y": 2}));
}
