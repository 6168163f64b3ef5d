//! Idempotency keys (draft-ietf-httpapi-idempotency-key-header).

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::Fixture;

fn keyed(fixture: &Fixture, path: &str, key: &str, body: Value) -> Request<Body> {
    let mut request = fixture.request(Method::POST, &format!("/admin/v1{path}"), Some(body));
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

#[tokio::test]
async fn the_same_request_is_carried_out_once_and_answered_the_same_secret_included() {
    let fixture = Fixture::open().await;
    let first = fixture.send(keyed(&fixture, "/clients", "k1", json!({"name": "A"}))).await;
    let again = fixture.send(keyed(&fixture, "/clients", "k1", json!({"name": "A"}))).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(first.header("location"), again.header("location"));
    assert!(!first.secret().is_empty());
    assert_eq!(fixture.get("/clients").await.body["data"].as_array().unwrap().len(), 1);
    let other = fixture.send(keyed(&fixture, "/clients", "k1", json!({"name": "B"}))).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.body["error"], "idempotency_key_reused");
    let elsewhere =
        fixture.send(keyed(&fixture, "/organizations", "k1", json!({"name": "A"}))).await;
    assert_eq!(
        elsewhere.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "another path is another request"
    );
    fixture.clock.advance(engine::idempotency::RECORD_LIFETIME);
    let later = fixture.send(keyed(&fixture, "/clients", "k1", json!({"name": "B"}))).await;
    assert_eq!(later.status, StatusCode::CREATED, "forgotten after a day");
}

#[tokio::test]
async fn a_key_belongs_to_its_caller() {
    let mut fixture = Fixture::open().await;
    let first = fixture.send(keyed(&fixture, "/clients", "k1", json!({"name": "A"}))).await;
    fixture.key = fixture.key(&["*"]).await;
    let other = fixture.send(keyed(&fixture, "/clients", "k1", json!({"name": "A"}))).await;
    assert_ne!(first.id(), other.id());
}

#[tokio::test]
async fn a_refusal_is_not_remembered() {
    let fixture = Fixture::open().await;
    let bad = fixture.send(keyed(&fixture, "/clients", "k1", json!({"name": ""}))).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    let good = fixture.send(keyed(&fixture, "/clients", "k1", json!({"name": "A"}))).await;
    assert_eq!(good.status, StatusCode::CREATED);
    for key in ["", &"x".repeat(256)] {
        let answer = fixture.send(keyed(&fixture, "/clients", key, json!({"name": "A"}))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{key:?}");
    }
}

#[tokio::test]
async fn two_concurrent_requests_create_one_entity_and_get_one_answer() {
    let fixture = Fixture::open().await;
    for round in 0..20 {
        let body = json!({"name": "A", "public_id": format!("c-{round}")});
        let send = || {
            let request = keyed(&fixture, "/clients", &format!("race-{round}"), body.clone());
            let mut router = fixture.router.clone();
            tokio::spawn(async move {
                use http_body_util::BodyExt as _;
                use tower_service::Service as _;
                let response = router.call(request).await.unwrap();
                let status = response.status();
                (status, response.into_body().collect().await.unwrap().to_bytes())
            })
        };
        let answers: Vec<_> = (0..4).map(|_| send()).collect();
        let mut bodies = Vec::new();
        for answer in answers {
            let (status, body) = answer.await.unwrap();
            assert_eq!(status, StatusCode::CREATED, "{body:?}");
            bodies.push(body);
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "one answer, one secret");
    }
    let listed = fixture.get("/clients?limit=200").await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 20);
}
