//! Authentication and scopes of callers.

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::Fixture;

#[tokio::test]
async fn rfc6750_3_1_without_a_key_there_is_a_challenge_and_no_error_code() {
    let fixture = Fixture::open().await;
    let mut request = fixture.request(Method::GET, "/admin/v1/clients", None);
    request.headers_mut().remove(header::AUTHORIZATION);
    let answer = fixture.send(request).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="admin""#);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.body["error"], "invalid_token");
    assert_eq!(answer.body["request_id"], "req-get");
}

#[tokio::test]
async fn a_wrong_revoked_or_expired_key_is_refused_with_its_reason_kept_private() {
    let mut fixture = Fixture::open().await;
    let good = fixture.key.clone();
    let made =
        json!({"label": "short", "scopes": ["audit:read"], "expires_at": "2027-01-15T09:00:00Z"});
    let short = fixture.make("/admin-keys", made).await;
    let revoked = fixture.make("/admin-keys", json!({"label": "x", "scopes": ["*"]})).await;
    fixture.post(&format!("/admin-keys/{}/revoke", revoked.id()), json!({"reason": "lost"})).await;
    fixture.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    let mut wrong = good.clone();
    wrong.replace_range(good.len() - 1.., if good.ends_with('a') { "b" } else { "a" });
    for (key, reason) in [
        (short.secret().to_owned(), "credential_expired"),
        (revoked.secret().to_owned(), "credential_revoked"),
        (wrong, "secret_damaged"),
        (format!(" {good}"), "credential_has_white_space"),
        ("nonsense".to_owned(), "secret_foreign"),
    ] {
        fixture.key = key;
        let answer = fixture.get("/clients").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{reason}: {answer:?}");
        assert_eq!(answer.body["error"], "invalid_token");
        let text = answer.body.to_string();
        assert!(!text.contains("expired at") && !text.contains("lost"), "{text}");
        assert!(answer.header("www-authenticate").contains("invalid_token"));
        fixture.key.clone_from(&good);
        let refusals = fixture.get("/refusals?request_id=req-get").await;
        assert_eq!(refusals.body["data"][0]["reason"], reason, "{refusals:?}");
        assert!(refusals.body["data"][0]["hint"].is_string());
    }
}

#[tokio::test]
async fn rfc6750_3_1_the_error_names_the_scope_that_a_key_lacks() {
    let mut fixture = Fixture::open().await;
    fixture.key = fixture.key(&["clients:read"]).await;
    assert_eq!(fixture.get("/clients").await.status, StatusCode::OK);
    let answer = fixture.post("/clients", json!({"name": "x"})).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.body["error"], "insufficient_scope");
    assert!(answer.header("www-authenticate").contains(r#"scope="clients:write""#));
    assert!(answer.body["error_description"].as_str().unwrap().contains("clients:write"));
}

#[tokio::test]
async fn every_route_needs_its_scope() {
    let mut fixture = Fixture::open().await;
    // The key has every scope except the one that the route needs.
    for (path, item) in crate::openapi().paths.paths {
        let item = serde_json::to_value(item).unwrap();
        for (method, operation) in item.as_object().unwrap() {
            let scope = operation["security"][0]["admin_key"][0].as_str().unwrap();
            let others: Vec<_> = engine::admin::scopes::ALL
                .iter()
                .map(|it| it.0)
                .filter(|it| *it != scope)
                .collect();
            assert_eq!(others.len() + 1, engine::admin::scopes::ALL.len(), "{scope} is a scope");
            fixture.key = fixture.key(&others).await;
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = fixture.send(fixture.request(method, &path, None)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_key_cannot_create_a_key_with_more_scopes() {
    let mut fixture = Fixture::open().await;
    fixture.key = fixture.key(&["admin_keys:write", "clients:read"]).await;
    let wider =
        fixture.post("/admin-keys", json!({"label": "x", "scopes": ["clients:write"]})).await;
    assert_eq!(wider.status, StatusCode::FORBIDDEN, "{wider:?}");
    let all = fixture.post("/admin-keys", json!({"label": "x", "scopes": ["*"]})).await;
    assert_eq!(all.status, StatusCode::FORBIDDEN);
    fixture.make("/admin-keys", json!({"label": "x", "scopes": ["clients:read"]})).await;
    let unknown =
        fixture.post("/admin-keys", json!({"label": "x", "scopes": ["nothing:read"]})).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_key_cannot_create_a_key_that_outlives_it() {
    let mut fixture = Fixture::open().await;
    let new = |expires_at: Value| json!({"label": "x", "scopes": ["*"], "expires_at": expires_at});
    let ends = "2099-01-31T12:00:00Z";
    let short = fixture.make("/admin-keys", new(json!(ends))).await;
    fixture.key = short.secret().to_owned();
    let next = fixture.make("/admin-keys", new(Value::Null)).await;
    assert_eq!(next.body["expires_at"], ends);
    let later = fixture.post("/admin-keys", new(json!("2099-01-31T12:00:01Z"))).await;
    assert_eq!(later.status, StatusCode::BAD_REQUEST, "{later:?}");
    fixture.make("/admin-keys", new(json!("2098-01-01T00:00:00Z"))).await;
}
