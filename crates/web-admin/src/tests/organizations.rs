//! Organizations and their budgets.

use axum::http::StatusCode;
use serde_json::json;

use super::Fixture;

#[tokio::test]
async fn an_organization_is_made_read_changed_suspended_and_activated() {
    let fixture = Fixture::open().await;
    let made = fixture.make("/organizations", json!({"name": " Acme "})).await;
    let one = format!("/organizations/{}", made.id());
    assert_eq!(made.header("location"), format!("https://issuer.example/admin/v1{one}"));
    assert_eq!(made.body["name"], "Acme");
    assert_eq!(fixture.get(&one).await.body, made.body);
    let changed = fixture.patch(&one, json!({"name": "New", "budget": {"per_day": 9}})).await;
    assert_eq!(changed.body["budget"], json!({"per_hour": null, "per_day": 9}));
    let suspended = fixture.post(&format!("{one}/suspend"), json!({})).await;
    assert_eq!(
        (suspended.status, &suspended.body["status"]),
        (StatusCode::OK, &json!("suspended"))
    );
    let again = fixture.post(&format!("{one}/activate"), json!({})).await;
    assert_eq!(again.body["status"], "active");
    let events = fixture.get(&format!("/events?target={}", made.id())).await;
    let actions: Vec<_> =
        events.body["data"].as_array().unwrap().iter().map(|it| it["action"].clone()).collect();
    assert_eq!(
        actions,
        [
            "organization.activated",
            "organization.suspended",
            "organization.updated",
            "organization.created",
        ]
    );
    let newest = &events.body["data"][0];
    assert_eq!(newest["actor"]["kind"], "admin_key");
    assert_eq!(
        (&newest["request_id"], &newest["address"]),
        (&json!("req-post"), &json!("192.0.2.7"))
    );
}

#[tokio::test]
async fn an_imported_id_is_kept_and_unique() {
    let fixture = Fixture::open().await;
    let body = json!({"public_id": "acme-1", "name": "Acme"});
    assert_eq!(fixture.make("/organizations", body.clone()).await.id(), "acme-1");
    let twice = fixture.post("/organizations", body).await;
    assert_eq!((twice.status, &twice.body["error"]), (StatusCode::CONFLICT, &json!("conflict")));
    let stored = fixture.get("/refusals").await.body["data"][0].clone();
    assert_eq!((&stored["problem"], &stored["reason"]), (&json!("conflict"), &json!("name_taken")));
    let bad = fixture.post("/organizations", json!({"public_id": "a b", "name": "x"})).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.body["error_description"].as_str().unwrap().starts_with("public_id: expected"));
}

#[tokio::test]
async fn a_budget_shows_limits_remaining_tokens_and_reset() {
    let fixture = Fixture::open().await;
    let made = fixture.make("/organizations", json!({"name": "Acme"})).await;
    let budget = format!("/organizations/{}/budget", made.id());
    let set = fixture.put(&budget, json!({"per_hour": 10})).await;
    assert_eq!(set.status, StatusCode::OK, "{set:?}");
    let read = fixture.get(&budget).await;
    assert_eq!(read.body, set.body);
    assert_eq!(
        read.body["hour"],
        json!({"used": 0, "remaining": 10, "resets_at": "2027-01-15T09:00:00Z"})
    );
    assert_eq!(read.body["day"]["remaining"], json!(null));
    assert_eq!(fixture.get("/organizations/nobody/budget").await.status, StatusCode::NOT_FOUND);
}
