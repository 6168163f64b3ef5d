//! A secret is returned once only.

use axum::http::Method;
use serde_json::json;

use super::Fixture;

#[tokio::test]
async fn a_secret_is_in_the_answer_to_its_creation_and_nowhere_else() {
    let fixture = Fixture::open().await;
    let api = fixture.api().await;
    fixture.make("/organizations", json!({"public_id": "acme", "name": "Acme"})).await;
    let user = fixture.make("/users", json!({"email": "a@example.com", "name": "A"})).await;
    let client = fixture.make("/clients", json!({"name": "C"})).await;
    fixture.make("/grants", json!({"client": client.id()})).await;
    let mut secrets =
        vec![fixture.key.clone(), client.secret().to_owned(), "legacy-hunter2".to_owned()];
    for (path, body) in [
        (format!("/clients/{}/secrets", client.id()), json!({})),
        (format!("/resource-servers/{}/secrets", api.id()), json!({})),
        ("/api-keys".to_owned(), json!({"organization": "acme", "label": "k"})),
        (
            "/personal-access-tokens".to_owned(),
            json!({"user": user.id(), "name": "p", "scopes": ["read"]}),
        ),
        ("/refresh-tokens".to_owned(), json!({"client": client.id()})),
        ("/admin-keys".to_owned(), json!({"label": "a", "scopes": ["audit:read"]})),
    ] {
        secrets.push(fixture.make(&path, body).await.secret().to_owned());
    }
    let row = json!({"id": "t-1", "secret": "legacy-hunter2", "organization": "acme"});
    let mut responses = vec![
        fixture
            .post("/legacy-tokens/import", json!({"tokens": [row], "allow_weak": true}))
            .await
            .body,
    ];
    // A secret in a wrong member is not repeated either.
    responses.push(
        fixture.post("/organizations", json!({"name": "x", "budget": secrets[0]})).await.body,
    );
    let document = serde_json::to_value(crate::openapi()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        if item["get"].is_object() {
            let path = path.replace("/clients/{id}", &format!("/clients/{}", client.id()));
            let path =
                path.replace("/resource-servers/{id}", &format!("/resource-servers/{}", api.id()));
            responses.push(fixture.send(fixture.request(Method::GET, &path, None)).await.body);
        }
    }
    let responses = serde_json::to_string(&responses).unwrap();
    assert!(
        responses.contains("legacy_token.imported") && responses.contains("t-1"),
        "the responses have the lists"
    );
    for secret in &secrets {
        assert!(!responses.contains(secret.as_str()), "a secret was returned again");
    }
}
