//! The API as its callers see it.

use axum::Router;
use serde_json::json;

use crate::testing::{Issuer, read, send};

const BOTH: &str = "contacts.read contacts.write";

fn api() -> Router {
    let issuer = Issuer::default()
        .knows("full", "access_token", "org_a", BOTH)
        .knows("other", "access_token", "org_b", BOTH)
        .knows("reader", "access_token", "org_a", "contacts.read")
        .knows("writer", "access_token", "org_a", "contacts.write")
        .knows("refresh", "refresh_token", "org_a", BOTH)
        .suspended("sleeping");
    super::router(issuer.verifier())
}

#[tokio::test]
async fn contacts_come_in_pages() {
    let api = api();
    let first = read(&api, "/v1/contacts?pageSize=50", "Bearer reader").await;
    assert_eq!(first.status, 200);
    assert_eq!(first.body["contacts"].as_array().unwrap().len(), 50);
    let cursor = first.body["nextCursor"].as_str().unwrap();
    let path = format!("/v1/contacts?pageSize=50&cursor={cursor}");
    let second = read(&api, &path, "Bearer reader").await;
    assert_eq!(second.body["contacts"].as_array().unwrap().len(), 14);
    assert_eq!(second.body["nextCursor"], json!(null));
    assert_ne!(first.body["contacts"][0], second.body["contacts"][0]);
}

#[tokio::test]
async fn missing_and_malformed_headers_are_401_in_the_published_format() {
    let api = api();
    for header in ["", "Bearer", "full", "Basic Zm9vOmJhcg==", "Bearer full ", "Bearer nobody"] {
        let answer = read(&api, "/v1/contacts", header).await;
        assert_eq!(answer.status, 401, "{header:?}");
        assert_eq!(answer.body["error"], "unauthorized");
        assert_eq!(answer.body["requestId"], "req_1");
        assert!(answer.body["message"].is_string());
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(answer.headers.contains_key("www-authenticate"));
    }
}

#[tokio::test]
async fn a_genuine_refresh_token_is_not_an_access_token() {
    let answer = read(&api(), "/v1/contacts", "Bearer refresh").await;
    assert_eq!((answer.status.as_u16(), &answer.body["error"]), (401, &json!("unauthorized")));
}

#[tokio::test]
async fn a_suspended_client_and_a_missing_scope_are_403() {
    let api = api();
    let suspended = read(&api, "/v1/contacts", "Bearer sleeping").await;
    assert_eq!((suspended.status.as_u16(), &suspended.body["error"]), (403, &json!("forbidden")));
    let lacking = read(&api, "/v1/contacts", "Bearer writer").await;
    assert_eq!(lacking.status, 403);
    assert_eq!(lacking.body["error"], "insufficient_scope");
}

const ZOE: &str = r#"{"firstName":"Zoe","lastName":"Quint","email":"zoe@quint.example"}"#;
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn a_created_contact_is_there_for_its_organization_only() {
    let api = api();
    let post = ("POST", "/v1/contacts");
    let refused = send(&api, post, &[("authorization", "Bearer reader"), JSON], ZOE).await;
    assert_eq!(refused.status, 403);
    let created = send(&api, post, &[("authorization", "Bearer writer"), JSON], ZOE).await;
    assert_eq!(created.status, 201);
    let own = read(&api, "/v1/contacts?pageSize=200", "Bearer full").await;
    assert!(own.body["contacts"].as_array().unwrap().contains(&created.body));
    let others = read(&api, "/v1/contacts?pageSize=200", "Bearer other").await;
    assert!(!others.body["contacts"].as_array().unwrap().contains(&created.body));
}

#[tokio::test]
async fn faulty_requests_get_the_published_error() {
    let api = api();
    for query in ["pageSize=0", "pageSize=201", "pageSize=x", "cursor=nope", "cursor=a&cursor=a"] {
        let answer = read(&api, &format!("/v1/contacts?{query}"), "Bearer full").await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.body["error"], "invalid_request");
    }
    let long = format!(r#"{{"firstName":"{}"}}"#, "a".repeat(70_000));
    let text = ("content-type", "text/plain");
    for (kind, body, status) in [
        (JSON, "{", 400),
        (JSON, "[]", 400),
        (JSON, r#"{"firstName":1,"lastName":"b","email":"c@d.example"}"#, 400),
        (JSON, r#"{"firstName":"a","lastName":" ","email":"c@d.example"}"#, 400),
        (JSON, r#"{"firstName":"a","lastName":"b","email":"c"}"#, 400),
        (JSON, r#"{"firstName":"a","lastName":"b","email":"c@d.example","id":"x"}"#, 400),
        (JSON, &long, 413),
        (text, ZOE, 415),
    ] {
        let headers = [("authorization", "Bearer full"), kind];
        let answer = send(&api, ("POST", "/v1/contacts"), &headers, body).await;
        assert_eq!(answer.status, status, "{}", body.get(..60).unwrap_or(body));
        assert!(answer.body["error"].is_string());
    }
    let delete = send(&api, ("DELETE", "/v1/contacts"), &[("authorization", "Bearer full")], "");
    let delete = delete.await;
    assert_eq!((delete.status.as_u16(), &delete.body["requestId"]), (405, &json!("req_1")));
}
