//! Users and memberships.

use axum::http::StatusCode;
use serde_json::json;

use super::Fixture;

#[tokio::test]
async fn a_user_joins_and_leaves_organizations_and_is_removed_for_good() {
    let fixture = Fixture::open().await;
    let acme = fixture.make("/organizations", json!({"name": "Acme"})).await;
    let user = json!({"email": "Ada@Example.com", "name": "Ada", "company": "Acme"});
    let made = fixture.make("/users", user).await;
    assert_eq!(made.body["email"], "ada@example.com");
    let one = format!("/users/{}", made.id());
    let membership = format!("{one}/memberships/{}", acme.id());
    let joined = fixture.put(&membership, json!({"role": "admin"})).await;
    assert_eq!(joined.body["memberships"], json!([{"organization": acme.id(), "role": "admin"}]));
    let listed = fixture.get(&format!("{one}/memberships")).await;
    assert_eq!(listed.body["data"], joined.body["memberships"]);
    assert_eq!(fixture.delete(&membership).await.body["memberships"], json!([]));
    let suspended = fixture.post(&format!("{one}/suspend"), json!({})).await;
    assert_eq!(suspended.body["status"], "suspended");
    assert_eq!(fixture.delete(&one).await.body["status"], "removed");
    assert_eq!(fixture.delete(&one).await.status, StatusCode::OK, "twice is no error");
    let revived = fixture.post(&format!("{one}/activate"), json!({})).await;
    assert_eq!(revived.status, StatusCode::CONFLICT, "a removed user stays removed");
}

#[tokio::test]
async fn an_email_address_is_checked_and_unique() {
    let fixture = Fixture::open().await;
    fixture.make("/users", json!({"email": "ada@example.com", "name": "Ada"})).await;
    let twice = fixture.post("/users", json!({"email": "ADA@example.com", "name": "Ada"})).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    for bad in ["", "ada", "@example.com", "a@b@c", "ada@", "a b@example.com", "ada@example..com"] {
        let answer = fixture.post("/users", json!({"email": bad, "name": "x"})).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad:?}");
        assert!(answer.body["error_description"].as_str().unwrap().starts_with("email: "));
    }
    let nowhere =
        json!({"email": "b@example.com", "name": "B", "memberships": [{"organization": "no"}]});
    let answer = fixture.post("/users", nowhere).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}
