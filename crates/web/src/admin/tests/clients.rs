//! Clients, their secrets and their grants.

use axum::http::StatusCode;
use serde_json::json;

use super::Office;

#[tokio::test]
async fn a_client_comes_with_a_secret_and_gets_another_before_the_first_is_revoked() {
    let office = Office::open().await;
    let made = office.make("/clients", json!({"name": "Machine"})).await;
    let first = made.body["client_secret"]["id"].as_str().unwrap().to_owned();
    let secrets = format!("/clients/{}/secrets", made.id());
    let second = office.make(&secrets, json!({"label": "second"})).await;
    assert_ne!(made.secret(), second.secret());
    let listed = office.get(&secrets).await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 2);
    let revoked = office.post(&format!("{secrets}/{first}/revoke"), json!({"reason": "old"})).await;
    assert_eq!(revoked.body["revoked"]["reason"], "old");
    let left = office.get(&format!("{secrets}/{}", second.id())).await;
    assert_eq!(left.body["revoked"], json!(null));
    let other = office.make("/clients", json!({"name": "Other"})).await;
    let foreign = office.get(&format!("/clients/{}/secrets/{first}", other.id())).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "a secret is found at its own client only");
    for _ in 0..9 {
        office.make(&secrets, json!({})).await;
    }
    assert_eq!(office.post(&secrets, json!({})).await.status, StatusCode::CONFLICT, "ten at most");
}

#[tokio::test]
async fn a_public_client_has_no_secret() {
    let office = Office::open().await;
    let made = office.make("/clients", json!({"name": "App", "auth_methods": ["none"]})).await;
    assert_eq!(made.body["secret"], json!(null));
    let answer = office.post(&format!("/clients/{}/secrets", made.id()), json!({})).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let both = json!({"name": "App", "auth_methods": ["none"], "with_secret": true});
    assert_eq!(office.post("/clients", both).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_client_is_changed_suspended_and_listed_by_its_organization() {
    let office = Office::open().await;
    let acme = office.make("/organizations", json!({"name": "Acme"})).await;
    let api = office.api().await;
    let made = office.make("/clients", json!({"name": "M", "organization": acme.id()})).await;
    office.make("/clients", json!({"name": "Provider's own"})).await;
    let one = format!("/clients/{}", made.id());
    let change = json!({
        "default_audience": "https://api.example", "grant_types": ["refresh_token"],
        "budget": {"per_hour": 5},
    });
    let changed = office.patch(&one, change).await;
    assert_eq!(changed.body["default_audience"], api.body["identifier"]);
    assert_eq!(changed.body["grant_types"], json!(["refresh_token"]));
    let none = office.patch(&one, json!({"default_audience": ""})).await;
    assert_eq!(none.body["default_audience"], json!(null));
    assert_eq!(office.post(&format!("{one}/suspend"), json!({})).await.body["status"], "suspended");
    let listed = office.get(&format!("/clients?organization={}", acme.id())).await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed.body["data"][0]["status"], "suspended");
    for bad in [
        json!({"grant_types": []}),
        json!({"grant_types": ["password"]}),
        json!({"auth_methods": ["magic"]}),
        json!({"default_audience": "nowhere"}),
    ] {
        assert_eq!(office.patch(&one, bad.clone()).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn a_grant_is_unique_narrowed_revoked_and_granted_anew() {
    let office = Office::open().await;
    office.api().await;
    let client = office.make("/clients", json!({"name": "M"})).await;
    let new = json!({"client": client.id(), "default_scopes": ["read"]});
    let grant = office.make("/grants", new.clone()).await;
    assert_eq!(grant.body["scopes"], json!(["read", "write"]));
    assert_eq!(grant.body["default_scopes"], json!(["read"]));
    assert_eq!(office.post("/grants", new.clone()).await.status, StatusCode::CONFLICT);
    let one = format!("/grants/{}", grant.id());
    let narrowed = office.patch(&one, json!({"scopes": ["write"]})).await;
    assert_eq!(narrowed.body["scopes"], json!(["write"]));
    assert_eq!(narrowed.body["default_scopes"], json!([]));
    let unknown = office.patch(&one, json!({"scopes": ["delete"]})).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{unknown:?}");
    let revoked = office.post(&format!("{one}/revoke"), json!({"reason": "left"})).await;
    assert_eq!(revoked.body["revoked"]["reason"], "left");
    assert_eq!(office.patch(&one, json!({"scopes": []})).await.status, StatusCode::CONFLICT);
    let anew = office.make("/grants", new).await;
    assert_ne!(anew.id(), grant.id());
    assert_ne!(
        office.get(&one).await.body["revoked"],
        json!(null),
        "a revoked grant never revives"
    );
    let listed = office.get(&format!("/grants?client={}", client.id())).await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 2);
}
