//! The layer in front of an API: which requests pass, and what the others get.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::net::IpAddr;
use std::sync::Arc;

use base::encoding::base64;
use bytes::Bytes;
use common::{Answers, Refusals, builder, call, claims, header, jwks, key, request, token};
use http::{HeaderValue, Response};
use jose::{Algorithm, SigningKey};
use serde_json::{Value, json};
use verify::{
    AuthorizationHeaderError, BasicEncoding, ClaimNames, InactiveReason, Introspection, Rejection,
    RemoteAddress, RequestId, Unavailable, VerifyLayer,
};

fn layer(key: &Arc<SigningKey>) -> VerifyLayer {
    VerifyLayer::new(Arc::new(builder().keys(&jwks(&[key])).build().unwrap()))
}

fn layer_of(issuer: Arc<Answers>) -> VerifyLayer {
    VerifyLayer::new(Arc::new(builder().introspection(issuer).build().unwrap()))
}

fn ada() -> Result<Introspection, Unavailable> {
    let body = json!({"active": true, "sub": "ada", "scope": "a b"}).to_string();
    Introspection::from_json(body.as_bytes(), &ClaimNames::default())
}

fn error(response: &Response<Bytes>) -> Value {
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    body.get("error").unwrap().clone()
}

#[tokio::test]
async fn a_valid_token_passes_in_any_case_of_the_scheme() {
    let key = key(Algorithm::ES256);
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let value = format!("{scheme} {}", token(&key, &claims()));
        let response = call(&layer(&key), request(Some(&value))).await;
        assert_eq!((response.status().as_u16(), &response.body()[..]), (200, &b"client_1"[..]));
    }
}

#[tokio::test]
async fn rfc6750_3_no_credentials_get_a_challenge_without_an_error() {
    let response = call(&layer(&key(Algorithm::ES256)).realm("contacts"), request(None)).await;
    assert_eq!(response.status(), 401);
    assert_eq!(header(&response, "www-authenticate"), r#"Bearer realm="contacts""#);
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert_eq!(error(&response), "unauthorized");
}

#[tokio::test]
async fn rfc6750_3_1_a_missing_scope_is_403_with_the_scope_needed() {
    let key = key(Algorithm::ES256);
    let value = format!("Bearer {}", token(&key, &claims()));
    let read = layer(&key).scopes(["contacts.read"]);
    assert_eq!(call(&read, request(Some(&value))).await.status(), 200);
    let delete = layer(&key).scopes(["contacts.read", "contacts.delete"]);
    let response = call(&delete, request(Some(&value))).await;
    assert_eq!(response.status(), 403);
    assert_eq!(error(&response), "insufficient_scope");
    let challenge = header(&response, "www-authenticate");
    assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
    assert!(challenge.ends_with(r#"scope="contacts.read contacts.delete""#), "{challenge}");
}

#[tokio::test]
async fn malformed_headers_are_refused_with_their_private_reason() {
    let (key, refusals) = (key(Algorithm::ES256), Arc::new(Refusals::default()));
    let verifier = builder().keys(&jwks(&[&key])).observer(refusals.clone()).build().unwrap();
    let layer = VerifyLayer::new(Arc::new(verifier)).basic(BasicEncoding::Plain);
    let good = token(&key, &claims());

    let mut twice = request(Some(&format!("Bearer {good}")));
    twice.headers_mut().append("authorization", HeaderValue::from_static("Bearer other"));
    assert_eq!(call(&layer, twice).await.status(), 400);

    let mut not_ascii = request(None);
    let bytes = HeaderValue::from_bytes(b"Bearer \xff\xfe").unwrap();
    not_ascii.headers_mut().insert("authorization", bytes);
    assert_eq!(call(&layer, not_ascii).await.status(), 401);

    for value in [
        format!("Bearer {} {}", &good[..40], &good[40..]),
        "Basic not*base64".to_owned(),
        format!("Basic {}", base64("id:secret\n")),
        "Digest username=ada".to_owned(),
    ] {
        let mut request = request(Some(&value));
        request.extensions_mut().insert(RequestId("req_7".to_owned()));
        let response = call(&layer, request).await;
        assert_eq!(response.status(), 401, "{value}");
        let body = String::from_utf8_lossy(response.body()).into_owned();
        assert!(body.contains("req_7") && !body.contains(&good[40..60]), "{body}");
    }
    let malformed = |fault| Rejection::MalformedHeader(fault);
    let known = refusals.0.lock().unwrap();
    let reasons: Vec<&Rejection> = known.iter().map(|(reason, _)| reason).collect();
    assert_eq!(
        reasons,
        [
            &Rejection::RepeatedHeader,
            &malformed(AuthorizationHeaderError::NotAscii),
            &malformed(AuthorizationHeaderError::WhiteSpace),
            &malformed(AuthorizationHeaderError::NotBase64),
            &malformed(AuthorizationHeaderError::WhiteSpace),
            &Rejection::UnsupportedScheme,
        ]
    );
    assert_eq!(known.last().unwrap().1.as_deref(), Some("req_7"));
}

#[tokio::test]
async fn basic_credentials_and_the_request_reach_the_issuer() {
    let issuer = Answers::new([ada(), Ok(Introspection::Inactive(InactiveReason::Unspecified))]);
    let layer = layer_of(issuer.clone()).basic(BasicEncoding::Form);
    let value = format!("Basic {}", base64("id%3A1:s%2B"));
    let remote: IpAddr = "192.0.2.7".parse().unwrap();
    let mut first = request(Some(&value));
    first.extensions_mut().insert(RequestId("req_1".to_owned()));
    first.extensions_mut().insert(RemoteAddress(remote));
    assert_eq!(call(&layer, first).await.body(), "ada");
    {
        let questions = issuer.questions.lock().unwrap();
        let (text, info) = questions.first().unwrap();
        assert_eq!(text, "id:1:s+");
        assert_eq!((info.method.as_str(), info.path.as_str()), ("GET", "/v1/contacts"));
        assert_eq!((info.request_id.as_deref(), info.remote), (Some("req_1"), Some(remote)));
    }
    let refused = call(&layer, request(Some(&value))).await;
    assert_eq!(refused.status(), 401);
    assert!(header(&refused, "www-authenticate").starts_with("Basic realm="), "{refused:?}");
}

#[tokio::test]
async fn suspended_is_403_and_an_absent_issuer_503() {
    let issuer = Answers::new([
        Ok(Introspection::Inactive(InactiveReason::Suspended)),
        Err(Unavailable::new("it could not be reached")),
    ]);
    let layer = layer_of(issuer);
    let suspended = call(&layer, request(Some("Bearer opaque"))).await;
    assert_eq!((suspended.status().as_u16(), error(&suspended)), (403, json!("access_denied")));
    let unavailable = call(&layer, request(Some("Bearer opaque"))).await;
    assert_eq!(unavailable.status(), 503);
    assert_eq!(header(&unavailable, "retry-after"), "1");
    assert_eq!(header(&unavailable, "www-authenticate"), "");
}

#[tokio::test]
async fn optional_accepts_requests_without_credentials_but_no_invalid_ones() {
    let issuer = Answers::new([ada(), Ok(Introspection::Inactive(InactiveReason::Unspecified))]);
    let layer = layer_of(issuer).optional().bare_token().scopes(["a"]);
    assert_eq!(call(&layer, request(None)).await.body(), "nobody");
    assert_eq!(call(&layer, request(Some("0123456789"))).await.body(), "ada");
    assert_eq!(call(&layer, request(Some("0123456789"))).await.status(), 401);
}

#[tokio::test]
async fn a_published_error_format_replaces_the_body_and_may_replace_the_status() {
    let layer = layer_of(Answers::new([])).on_rejection(Arc::new(|rejection, id| {
        let body = format!("<error id='{id}'>{}</error>", rejection.status());
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = http::StatusCode::FORBIDDEN;
        response.headers_mut().insert("www-authenticate", HeaderValue::from_static("Own"));
        response
    }));
    let mut anonymous = request(None);
    anonymous.extensions_mut().insert(RequestId("req_1".to_owned()));
    let response = call(&layer, anonymous).await;
    assert_eq!(response.status(), 403);
    assert_eq!(response.body(), "<error id='req_1'>401</error>");
    assert_eq!(header(&response, "www-authenticate"), "Own");
    let same = layer.reject(&Rejection::NoCredentials, Some(&RequestId("req_1".to_owned())));
    assert_eq!(same.body(), response.body());
}
