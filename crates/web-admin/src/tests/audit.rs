//! Events, refusals, and why.

use axum::http::StatusCode;
use engine::RequestOrigin;
use engine::present::{Presented, PresentedAt, present};
use serde_json::json;

use super::Fixture;

#[tokio::test]
async fn why_follows_the_chain_of_a_credential_and_says_what_is_broken() {
    let fixture = Fixture::open().await;
    fixture.api().await;
    let acme = fixture.make("/organizations", json!({"name": "Acme"})).await;
    let key = fixture.make("/api-keys", json!({"organization": acme.id(), "label": "k"})).await;
    let why = format!("/why/{}", key.id());
    let good = fixture.get(&why).await;
    assert_eq!((good.status, &good.body["good"]), (StatusCode::OK, &json!(true)), "{good:?}");
    let kinds: Vec<_> =
        good.body["chain"].as_array().unwrap().iter().map(|it| it["kind"].clone()).collect();
    assert_eq!(kinds, ["api_key", "grant", "organization", "resource_server"]);
    fixture.post(&format!("/organizations/{}/suspend", acme.id()), json!({})).await;
    let bad = fixture.get(&why).await;
    assert_eq!(bad.body["good"], false);
    assert_eq!(bad.body["chain"][2]["reason"], "the organization is suspended");
    assert_eq!(bad.body["events"][0]["action"], "api_key.created");
}

#[tokio::test]
async fn why_explains_a_request_that_was_refused() {
    let fixture = Fixture::open().await;
    fixture.api().await;
    let origin = RequestOrigin {
        request_id: "req-41".to_owned(),
        request: "POST /introspect".to_owned(),
        ..RequestOrigin::default()
    };
    let ctx = fixture.state.context(&origin);
    let denial = present(&ctx, &Presented::Token("abc \n"), PresentedAt::Api).await.unwrap_err();
    fixture.state.note(&ctx, &denial);
    let why = fixture.get("/why/req-41").await;
    assert_eq!(why.status, StatusCode::OK);
    assert_eq!(why.body["good"], json!(null));
    assert_eq!(why.body["refusals"][0]["reason"], "credential_has_white_space");
    assert!(why.body["refusals"][0]["hint"].as_str().unwrap().contains("Copy it again"));
    assert_eq!(fixture.get("/why/req-42").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_change_is_an_event_and_reading_is_none() {
    let fixture = Fixture::open().await;
    let count =
        async || fixture.get("/events?limit=200").await.body["data"].as_array().unwrap().len();
    let before = count().await;
    let made = fixture.make("/organizations", json!({"name": "A"})).await;
    assert_eq!(count().await, before + 1);
    let one = format!("/organizations/{}", made.id());
    fixture.get(&one).await;
    fixture.post(&format!("{one}/activate"), json!({})).await;
    assert_eq!(count().await, before + 1, "nothing changed: no event");
    fixture.make("/clients", json!({"name": "C"})).await;
    assert_eq!(count().await, before + 3, "the client and its secret");
}
