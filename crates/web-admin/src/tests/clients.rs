//! Clients, their secrets and their grants.

use axum::http::StatusCode;
use serde_json::json;

use super::Fixture;

#[tokio::test]
async fn a_client_comes_with_a_secret_and_gets_another_before_the_first_is_revoked() {
    let fixture = Fixture::open().await;
    let made = fixture.make("/clients", json!({"name": "Machine"})).await;
    let first = made.body["client_secret"]["id"].as_str().unwrap().to_owned();
    let secrets = format!("/clients/{}/secrets", made.id());
    let second = fixture.make(&secrets, json!({"label": "second"})).await;
    assert_ne!(made.secret(), second.secret());
    let listed = fixture.get(&secrets).await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 2);
    let revoked =
        fixture.post(&format!("{secrets}/{first}/revoke"), json!({"reason": "old"})).await;
    assert_eq!(revoked.body["revoked"]["reason"], "old");
    let left = fixture.get(&format!("{secrets}/{}", second.id())).await;
    assert_eq!(left.body["revoked"], json!(null));
    let other = fixture.make("/clients", json!({"name": "Other"})).await;
    let foreign = fixture.get(&format!("/clients/{}/secrets/{first}", other.id())).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "a secret is found at its own client only");
    for _ in 0..9 {
        fixture.make(&secrets, json!({})).await;
    }
    assert_eq!(fixture.post(&secrets, json!({})).await.status, StatusCode::CONFLICT, "ten at most");
}

#[tokio::test]
async fn a_public_client_has_no_secret() {
    let fixture = Fixture::open().await;
    let made = fixture.make("/clients", json!({"name": "App", "auth_methods": ["none"]})).await;
    assert_eq!(made.body["secret"], json!(null));
    let answer = fixture.post(&format!("/clients/{}/secrets", made.id()), json!({})).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let both = json!({"name": "App", "auth_methods": ["none"], "with_secret": true});
    assert_eq!(fixture.post("/clients", both).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_client_is_changed_suspended_and_listed_by_its_organization() {
    let fixture = Fixture::open().await;
    let acme = fixture.make("/organizations", json!({"name": "Acme"})).await;
    let api = fixture.api().await;
    let made = fixture.make("/clients", json!({"name": "M", "organization": acme.id()})).await;
    fixture.make("/clients", json!({"name": "Provider's own"})).await;
    let one = format!("/clients/{}", made.id());
    let change = json!({
        "default_audience": "https://api.example", "grant_types": ["refresh_token"],
        "budget": {"per_hour": 5},
    });
    let changed = fixture.patch(&one, change).await;
    assert_eq!(changed.body["default_audience"], api.body["identifier"]);
    assert_eq!(changed.body["grant_types"], json!(["refresh_token"]));
    let none = fixture.patch(&one, json!({"default_audience": ""})).await;
    assert_eq!(none.body["default_audience"], json!(null));
    assert_eq!(
        fixture.post(&format!("{one}/suspend"), json!({})).await.body["status"],
        "suspended"
    );
    let listed = fixture.get(&format!("/clients?organization={}", acme.id())).await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed.body["data"][0]["status"], "suspended");
    for bad in [
        json!({"grant_types": []}),
        json!({"grant_types": ["password"]}),
        json!({"auth_methods": ["magic"]}),
        json!({"default_audience": "nowhere"}),
    ] {
        assert_eq!(fixture.patch(&one, bad.clone()).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn a_grant_is_unique_narrowed_revoked_and_granted_anew() {
    let fixture = Fixture::open().await;
    fixture.api().await;
    let client = fixture.make("/clients", json!({"name": "M"})).await;
    let new = json!({"client": client.id(), "default_scopes": ["read"]});
    let grant = fixture.make("/grants", new.clone()).await;
    assert_eq!(grant.body["scopes"], json!(["read", "write"]));
    assert_eq!(grant.body["default_scopes"], json!(["read"]));
    assert_eq!(fixture.post("/grants", new.clone()).await.status, StatusCode::CONFLICT);
    let one = format!("/grants/{}", grant.id());
    let narrowed = fixture.patch(&one, json!({"scopes": ["write"]})).await;
    assert_eq!(narrowed.body["scopes"], json!(["write"]));
    assert_eq!(narrowed.body["default_scopes"], json!([]));
    let unknown = fixture.patch(&one, json!({"scopes": ["delete"]})).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{unknown:?}");
    let revoked = fixture.post(&format!("{one}/revoke"), json!({"reason": "left"})).await;
    assert_eq!(revoked.body["revoked"]["reason"], "left");
    assert_eq!(fixture.patch(&one, json!({"scopes": []})).await.status, StatusCode::CONFLICT);
    let anew = fixture.make("/grants", new).await;
    assert_ne!(anew.id(), grant.id());
    assert_ne!(
        fixture.get(&one).await.body["revoked"],
        json!(null),
        "a revoked grant never revives"
    );
    let listed = fixture.get(&format!("/grants?client={}", client.id())).await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 2);
}
