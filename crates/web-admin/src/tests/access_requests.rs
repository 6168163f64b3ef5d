//! The queue of access requests, through the API.

use axum::http::StatusCode;
use engine::access_requests::{NewAccessRequest, submit};
use engine::{RequestOrigin, settle};
use serde_json::json;

use super::Fixture;

impl Fixture {
    /// Sends an access request, and returns its id.
    async fn ask(&self, name: &str) -> String {
        let new = NewAccessRequest {
            name: name.to_owned(),
            organization: "Harbour".to_owned(),
            use_case: "Count ships.".to_owned(),
            contact: "ada@example.com".to_owned(),
            first_of_network: true,
        };
        let origin = RequestOrigin::default();
        let ctx = self.state.write_context(&origin);
        let (asked, _) = settle(&ctx, async |ctx| submit(&ctx, &new).await).await.unwrap();
        asked.public_id.to_string()
    }
}

#[tokio::test]
async fn a_request_is_listed_read_and_approved_and_the_response_has_no_secret() {
    let fixture = Fixture::with_dialect("fyma").await;
    let api = fixture.api().await;
    let id = fixture.ask("Ada").await;
    let pending = fixture.get("/access-requests?state=pending").await;
    assert_eq!(pending.body["data"][0]["id"], id);
    assert_eq!(pending.body["data"][0]["state"], "pending");
    let approval =
        json!({"audience": api.body["identifier"], "scopes": ["read"], "budget": {"per_day": 5}});
    let path = format!("/access-requests/{id}/approve");
    let approved = fixture.post(&path, approval.clone()).await;
    assert_eq!(approved.status, StatusCode::OK, "{approved:?}");
    assert_eq!(approved.body["state"], "approved");
    assert_eq!(approved.body["mailed"], false);
    let client = approved.body["client"].as_str().unwrap();
    let client = fixture.get(&format!("/clients/{client}")).await;
    assert_eq!(client.body["budget"]["per_day"], 5);
    let organization = client.body["organization"].as_str().unwrap();
    let organization = fixture.get(&format!("/organizations/{organization}")).await;
    assert_eq!(organization.body["name"], "Harbour");
    let secrets = fixture.get(&format!("/clients/{}/secrets", client.id())).await;
    assert_eq!(secrets.body["data"], json!([]), "the secret is made when it is fetched");
    assert!(!approved.body.to_string().contains("credentials/"), "no link: {approved:?}");
    assert_eq!(fixture.post(&path, approval).await.body, approved.body);
    let declined = fixture.post(&format!("/access-requests/{id}/decline"), json!({})).await;
    assert_eq!(declined.status, StatusCode::CONFLICT);
    assert_eq!(fixture.get(&format!("/access-requests/{id}")).await.body, approved.body);
    let resent = fixture.post(&format!("/access-requests/{id}/resend"), json!({})).await;
    assert_ne!(resent.body["fetch_until"], approved.body["fetch_until"]);
}

#[tokio::test]
async fn a_request_is_declined_with_a_reason_and_each_decision_is_an_event() {
    let fixture = Fixture::with_dialect("fyma").await;
    let id = fixture.ask("Ada").await;
    let path = format!("/access-requests/{id}/decline");
    let declined = fixture.post(&path, json!({"reason": "Not yet."})).await;
    assert_eq!(declined.body["state"], "declined");
    assert_eq!(declined.body["reason"], "Not yet.");
    assert_eq!(fixture.post(&path, json!({"reason": "Never."})).await.body, declined.body);
    let events = fixture.get(&format!("/events?target={id}")).await;
    let actions: Vec<_> =
        events.body["data"].as_array().unwrap().iter().map(|it| it["action"].clone()).collect();
    assert_eq!(actions, ["access_request.declined", "access_request.created"]);
    for (path, status) in [
        (format!("/access-requests/{id}/approve"), StatusCode::CONFLICT),
        (format!("/access-requests/{id}/resend"), StatusCode::CONFLICT),
        ("/access-requests/none/approve".to_owned(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(fixture.post(&path, json!({})).await.status, status, "{path}");
    }
    assert_eq!(fixture.get("/access-requests?state=lost").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn deciding_needs_more_than_seeing() {
    let mut fixture = Fixture::with_dialect("fyma").await;
    let id = fixture.ask("Ada").await;
    fixture.key = fixture.key(&["access_requests:read"]).await;
    assert_eq!(fixture.get("/access-requests").await.status, StatusCode::OK);
    let refused = fixture.post(&format!("/access-requests/{id}/decline"), json!({})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
