//! Signing keys.

use axum::http::StatusCode;
use serde_json::json;

use super::Fixture;

#[tokio::test]
async fn a_rotation_overlaps_and_the_last_signing_key_stays() {
    let fixture = Fixture::open().await;
    let listed = fixture.get("/signing-keys").await;
    let data = listed.body["data"].as_array().unwrap();
    let old = data.iter().find(|key| key["state"] == "active").unwrap();
    let old = old["id"].as_str().unwrap().to_owned();
    let revoke_old = format!("/signing-keys/{old}/revoke");
    assert_eq!(
        fixture.post(&revoke_old, json!({})).await.status,
        StatusCode::CONFLICT,
        "the last one"
    );
    let new = fixture.make("/signing-keys", json!({})).await;
    assert_eq!(new.body["state"], "published");
    assert!(fixture.state.issuer().keys().published().contains(new.id()), "reloaded at once");
    let early = fixture.post(&format!("/signing-keys/{old}/retire"), json!({})).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "its successor does not sign yet");
    fixture.clock.advance(engine::keys::PUBLISHED_AHEAD);
    let retired = fixture.post(&format!("/signing-keys/{old}/retire"), json!({})).await;
    assert_eq!(retired.body["state"], "retired", "{retired:?}");
    assert!(fixture.state.issuer().keys().published().contains(&old), "what it signed is good");
    assert_eq!(fixture.post(&revoke_old, json!({})).await.body["state"], "revoked");
    assert!(!fixture.state.issuer().keys().published().contains(&old));
    let again = fixture.post(&format!("/signing-keys/{old}/retire"), json!({})).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn no_response_has_a_private_key() {
    let fixture = Fixture::open().await;
    fixture.make("/signing-keys", json!({"algorithm": "EdDSA", "immediately": true})).await;
    let listed = fixture.get("/signing-keys").await.body;
    let mut states: Vec<_> =
        listed["data"].as_array().unwrap().iter().map(|key| key["state"].to_string()).collect();
    states.sort();
    assert_eq!(states, ["\"active\"", "\"active\"", "\"next\""]);
    for key in listed["data"].as_array().unwrap() {
        assert!(key["public_jwk"]["kid"].is_string(), "{key}");
        assert!(key["public_jwk"]["d"].is_null() && !key.to_string().contains("sealed"), "{key}");
    }
    let bad = fixture.post("/signing-keys", json!({"algorithm": "none"})).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_resource_server_with_another_algorithm_brings_its_key() {
    let fixture = Fixture::open().await;
    let new = json!({"identifier": "urn:x", "name": "X", "tokens": {"algorithm": "EdDSA"}});
    fixture.make("/resource-servers", new).await;
    let keys = fixture.state.issuer().keys();
    assert!(keys.signer(domain::Algorithm::EdDSA, web_testing::NOW).is_some());
}
