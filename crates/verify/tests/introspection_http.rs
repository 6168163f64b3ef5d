//! Introspection over HTTP (RFC 7662 §2), against a real server on the loopback address.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod common;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base::Secret;
use base::encoding::base64;
use common::builder;
use http::Request;
use verify::{Presented, Rejection, RequestId, RequestInfo, Verifier};

#[derive(Default)]
struct Endpoint {
    answers: Mutex<Vec<(u16, String)>>,
    seen: Mutex<Vec<(HeaderMap, String)>>,
}

async fn introspect(
    State(endpoint): State<Arc<Endpoint>>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, String) {
    endpoint.seen.lock().unwrap().push((headers, body));
    let (status, body) = endpoint.answers.lock().unwrap().remove(0);
    (StatusCode::from_u16(status).unwrap(), body)
}

async fn start(answers: &[(u16, &str)]) -> (Arc<Endpoint>, Verifier) {
    let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
    let endpoint = Arc::new(Endpoint { answers: Mutex::new(answers), ..Endpoint::default() });
    let app = Router::new().route("/introspect", post(introspect)).with_state(endpoint.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/introspect", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let verifier = builder().introspection_url(url, "api:1", Secret::new("s e+cret")).build();
    (endpoint, verifier.unwrap())
}

fn info() -> RequestInfo {
    let mut request = Request::new(());
    request.extensions_mut().insert(RequestId("req_1".to_owned()));
    RequestInfo::of(&request)
}

#[tokio::test]
async fn rfc7662_2_1_the_request_is_a_form_with_the_services_credentials() {
    let active = r#"{"active":true,"sub":"ada","scope":"a"}"#;
    let (endpoint, verifier) = start(&[(200, active), (200, active)]).await;
    let token = Presented::Bearer(Secret::new("a+b/c=="));
    assert_eq!(verifier.verify(&token, &info()).await.unwrap().subject, "ada");
    let pair = Presented::Basic { id: "id".to_owned(), secret: Secret::new("s:&") };
    assert_eq!(verifier.verify(&pair, &info()).await.unwrap().subject, "ada");

    let seen = endpoint.seen.lock().unwrap();
    let (headers, body) = seen.first().unwrap();
    let ours = format!("Basic {}", base64("api%3A1:s%20e%2Bcret"));
    assert_eq!(headers["authorization"], ours.as_str());
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(headers["accept"], "application/json");
    assert_eq!(headers["x-request-id"], "req_1");
    assert_eq!(body, "token=a%2Bb%2Fc%3D%3D");
    assert_eq!(seen.last().unwrap().1, "token=id%3As%3A%26&token_type_hint=basic");
}

#[tokio::test]
async fn every_answer_but_a_readable_200_is_unavailable() {
    let huge = format!(r#"{{"active":true,"sub":"{}"}}"#, "x".repeat(70_000));
    let answers = [
        (200, r#"{"active":false}"#),
        (200, r#"{"active":false,"inactive_reason":"suspended"}"#),
        (401, r#"{"error":"invalid_client"}"#),
        (500, ""),
        (302, ""),
        (200, "<html>"),
        (200, huge.as_str()),
    ];
    let (_, verifier) = start(&answers).await;
    let token = Presented::Bearer(Secret::new("opaque"));
    let mut refusals = Vec::new();
    for _ in 0..answers.len() {
        refusals.push(verifier.verify(&token, &info()).await.unwrap_err());
    }
    let texts: Vec<String> = refusals.iter().skip(2).map(ToString::to_string).collect();
    assert_eq!(refusals[..2], [Rejection::Inactive, Rejection::Suspended]);
    assert!(refusals[2..].iter().all(|refusal| refusal.status() == 503), "{texts:?}");
    for (text, part) in
        texts.iter().zip(["own credentials", "500", "302", "not an introspection", "longer than"])
    {
        assert!(text.contains(part), "{text}");
    }
}
