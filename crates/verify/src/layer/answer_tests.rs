//! Challenges and the default body.

use std::sync::Arc;

use super::*;
use crate::{BasicEncoding, Schemes};

fn policy(basic: Option<BasicEncoding>) -> Policy {
    Policy {
        schemes: Schemes { basic, bare: false },
        optional: false,
        scopes: Vec::new(),
        when_stale: None,
        realm: "contacts \"api\"\n".to_owned(),
        body: Arc::new(default_body),
    }
}

fn challenges(policy: &Policy, rejection: &Rejection, scheme: Option<Scheme>) -> Vec<String> {
    let response = policy.answer(rejection, scheme, "req_1");
    let values = response.headers().get_all(WWW_AUTHENTICATE).iter();
    values.map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[test]
fn rfc6750_3_1_no_error_code_where_no_credentials_were_sent() {
    let found = challenges(&policy(None), &Rejection::NoCredentials, None);
    assert_eq!(found, [r#"Bearer realm="contacts api""#]);
}

#[test]
fn rfc6750_3_the_challenge_names_the_error_and_a_missing_scope() {
    let bearer = Some(Scheme::Bearer);
    let found = challenges(&policy(None), &Rejection::Inactive, bearer);
    assert_eq!(
        found,
        [concat!(
            r#"Bearer realm="contacts api", error="invalid_token", "#,
            r#"error_description="the credential is not valid""#
        )]
    );
    let missing = Rejection::InsufficientScope { required: "a b".to_owned() };
    let found = challenges(&policy(None), &missing, bearer);
    assert!(found[0].contains(r#"error="insufficient_scope""#), "{found:?}");
    assert!(found[0].ends_with(r#", scope="a b""#), "{found:?}");
}

#[test]
fn rfc7617_2_each_accepted_scheme_challenges_and_the_failed_one_comes_first() {
    let both = policy(Some(BasicEncoding::Plain));
    let basic = r#"Basic realm="contacts api", charset="UTF-8""#;
    let found = challenges(&both, &Rejection::Inactive, Some(Scheme::Basic));
    assert_eq!(found, [basic, r#"Bearer realm="contacts api""#]);
    let found = challenges(&both, &Rejection::NoCredentials, None);
    assert_eq!(found, [r#"Bearer realm="contacts api""#, basic]);
}

#[test]
fn a_challenge_is_sent_only_where_other_credentials_could_help() {
    for rejection in
        [Rejection::Suspended, Rejection::IssuerUnavailable(crate::Unavailable::new("down"))]
    {
        assert!(challenges(&policy(None), &rejection, None).is_empty(), "{rejection}");
    }
}

#[test]
fn the_default_body_is_json_with_the_request_id_and_not_stored() {
    let response = policy(None).answer(&Rejection::Expired(61), None, "req_1");
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    let expected = serde_json::json!({
        "error": "invalid_token", "error_description": "the token expired", "request_id": "req_1"
    });
    assert_eq!(body, expected);
    let unavailable = Rejection::IssuerUnavailable(crate::Unavailable::new("private"));
    // An API with its own body format.
    let own = |_: &Rejection, _: &str| {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response
    };
    let own = Policy { body: Arc::new(own), ..policy(None) };
    assert!(own.answer(&unavailable, None, "").headers().contains_key(RETRY_AFTER));
    let response = policy(None).answer(&unavailable, None, "");
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key(RETRY_AFTER));
    assert!(!String::from_utf8_lossy(response.body()).contains("private"));
}
