//! API keys, personal access tokens, refresh tokens, secrets of resource servers.

use axum::http::StatusCode;
use engine::RequestOrigin;
use engine::present::{Presented, PresentedAt, present};
use serde_json::json;

use super::Fixture;

#[tokio::test]
async fn an_api_key_works_until_it_is_revoked_and_shows_its_last_use() {
    let fixture = Fixture::open().await;
    fixture.api().await;
    let acme = fixture.make("/organizations", json!({"name": "Acme"})).await;
    let new = json!({"organization": acme.id(), "label": "CRM", "scopes": ["read"]});
    let made = fixture.make("/api-keys", new).await;
    assert_eq!(made.body["scopes"], json!(["read"]));
    assert_eq!(made.body["audience"], "https://api.example");
    let origin = RequestOrigin::default();
    let verified = {
        let ctx = fixture.state.context(&origin);
        present(&ctx, &Presented::Token(made.secret()), PresentedAt::Api).await.unwrap()
    };
    fixture.state.app().uses.note(
        verified.credential.id,
        web_testing::NOW,
        Some([192, 0, 2, 9].into()),
    );
    let one = format!("/api-keys/{}", made.id());
    let read = fixture.get(&one).await;
    assert_eq!(read.body["last_used_at"], "2027-01-15T08:00:00Z");
    assert_eq!(
        (&read.body["last_used_from"], &read.body["uses"]),
        (&json!("192.0.2.9"), &json!(1))
    );
    fixture.post(&format!("{one}/revoke"), json!({})).await;
    let ctx = fixture.state.context(&origin);
    assert!(present(&ctx, &Presented::Token(made.secret()), PresentedAt::Api).await.is_err());
    assert_eq!(
        fixture.get(&format!("/refresh-tokens/{}", made.id())).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_key_lives_no_longer_than_the_dialect_allows() {
    let fixture = Fixture::with_dialect("spendesk").await;
    fixture.api().await;
    let acme = fixture.make("/organizations", json!({"name": "Acme"})).await;
    let new =
        |expires: &str| json!({"organization": acme.id(), "label": "k", "expires_at": expires});
    let without = fixture.make("/api-keys", json!({"organization": acme.id(), "label": "k"})).await;
    assert_eq!(without.body["expires_at"], "2028-01-15T08:00:00Z", "a year from now");
    let longer = fixture.post("/api-keys", new("2029-01-15T08:00:00Z")).await;
    assert_eq!(longer.status, StatusCode::BAD_REQUEST);
    assert!(longer.body["error_description"].as_str().unwrap().starts_with("expires_at: "));
    assert_eq!(
        fixture.post("/api-keys", new("2020-01-01T00:00:00Z")).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(fixture.post("/api-keys", new("tomorrow")).await.status, StatusCode::BAD_REQUEST);
    fixture.make("/api-keys", new("2027-06-01T00:00:00Z")).await;
}

#[tokio::test]
async fn a_personal_access_token_is_a_users_with_known_scopes() {
    let fixture = Fixture::open().await;
    fixture.api().await;
    let acme = fixture.make("/organizations", json!({"name": "Acme"})).await;
    let user = fixture.make("/users", json!({"email": "a@example.com", "name": "A"})).await;
    let new = json!({"user": user.id(), "name": "script", "scopes": ["read"]});
    let made = fixture.make("/personal-access-tokens", new.clone()).await;
    assert_eq!((&made.body["user"], &made.body["label"]), (&json!(user.id()), &json!("script")));
    let mut stray = new.clone();
    stray["scopes"] = json!(["read", "delete"]);
    let answer = fixture.post("/personal-access-tokens", stray).await;
    assert!(
        answer.body["error_description"].as_str().unwrap().contains("delete is not among them")
    );
    let mut elsewhere = new.clone();
    elsewhere["organization"] = json!(acme.id());
    let answer = fixture.post("/personal-access-tokens", elsewhere).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "not a member");
    let listed = fixture.get(&format!("/personal-access-tokens?user={}", user.id())).await;
    assert_eq!(listed.body["data"][0]["id"], made.body["id"]);
    fixture.delete(&format!("/users/{}", user.id())).await;
    assert_eq!(fixture.post("/personal-access-tokens", new).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_client_holds_several_refresh_tokens_at_once() {
    let fixture = Fixture::open().await;
    fixture.api().await;
    let client = fixture.make("/clients", json!({"name": "M", "auth_methods": ["none"]})).await;
    let new = json!({"client": client.id(), "label": "one"});
    assert_eq!(
        fixture.post("/refresh-tokens", new.clone()).await.status,
        StatusCode::CONFLICT,
        "no grant"
    );
    let grant = fixture.make("/grants", json!({"client": client.id()})).await;
    let first = fixture.make("/refresh-tokens", new.clone()).await;
    let second = fixture.make("/refresh-tokens", new).await;
    assert_eq!(first.body["grant"], grant.body["id"]);
    let narrow = json!({"client": client.id(), "scopes": ["read"]});
    assert_eq!(fixture.make("/refresh-tokens", narrow).await.body["scopes"], json!(["read"]));
    fixture.post(&format!("/refresh-tokens/{}/revoke", first.id()), json!({})).await;
    let left = fixture.get(&format!("/refresh-tokens/{}", second.id())).await;
    assert_eq!(left.body["revoked"], json!(null));
}

#[tokio::test]
async fn a_resource_server_changes_its_scopes_and_has_secrets() {
    let fixture = Fixture::open().await;
    let api = fixture.api().await;
    let one = format!("/resource-servers/{}", api.id());
    let put = fixture.put(&format!("{one}/scopes/delete"), json!({"description": "Delete"})).await;
    assert_eq!(put.body["scopes"].as_array().unwrap().len(), 3);
    let removed = fixture.delete(&format!("{one}/scopes/write")).await;
    assert_eq!(removed.body["scopes"].as_array().unwrap().len(), 2);
    assert_eq!(fixture.delete(&format!("{one}/scopes/write")).await.status, StatusCode::NOT_FOUND);
    let secret = fixture.make(&format!("{one}/secrets"), json!({"label": "gateway"})).await;
    assert_eq!(secret.body["resource_server"], api.body["id"]);
    let revoke = format!("{one}/secrets/{}/revoke", secret.id());
    assert_ne!(fixture.post(&revoke, json!({})).await.body["revoked"], json!(null));
    assert_eq!(
        fixture.post(&format!("{one}/suspend"), json!({})).await.body["status"],
        "suspended"
    );
    let twice = json!({"identifier": "https://api.example", "name": "again"});
    assert_eq!(fixture.post("/resource-servers", twice).await.status, StatusCode::CONFLICT);
    let changed =
        fixture.patch(&one, json!({"tokens": {"format": "opaque", "lifetime": 60}})).await;
    assert_eq!(
        changed.body["tokens"],
        json!({"format": "opaque", "algorithm": null, "lifetime": 60})
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_changes_of_one_entity_are_all_kept() {
    let fixture = Fixture::open().await;
    let api = fixture.api().await;
    for round in 0..10 {
        let changes: Vec<_> = (0..6)
            .map(|number| {
                let path =
                    format!("/admin/v1/resource-servers/{}/scopes/s{round}-{number}", api.id());
                let request = fixture.request(axum::http::Method::PUT, &path, Some(json!({})));
                let mut router = fixture.router.clone();
                tokio::spawn(async move {
                    use tower_service::Service as _;
                    router.call(request).await.unwrap().status()
                })
            })
            .collect();
        for change in changes {
            assert_eq!(change.await.unwrap(), StatusCode::OK);
        }
    }
    let read = fixture.get(&format!("/resource-servers/{}", api.id())).await;
    assert_eq!(read.body["scopes"].as_array().unwrap().len(), 2 + 60, "no update was lost");
}
