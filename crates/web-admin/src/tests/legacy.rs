//! Importing legacy tokens.

use axum::http::StatusCode;
use engine::RequestOrigin;
use engine::present::{Presented, PresentedAt, present};
use serde_json::{Value, json};

use super::Fixture;

fn token(id: &str, secret: &str) -> Value {
    json!({"id": id, "secret": secret, "organization": "acme"})
}

async fn fixture() -> Fixture {
    let fixture = Fixture::open().await;
    fixture.api().await;
    fixture.make("/organizations", json!({"public_id": "acme", "name": "Acme"})).await;
    fixture
}

#[tokio::test]
async fn an_import_is_idempotent_by_id_and_has_a_result_for_each_row() {
    let fixture = fixture().await;
    let mut narrow = token("t-2", "s2");
    narrow["scopes"] = json!(["read"]);
    let mut nowhere = token("t-3", "s3");
    nowhere["organization"] = json!("nobody");
    let tokens =
        json!([token("t-1", "s1"), narrow, nowhere, token("t 4", "s4"), token("t-5", "s5 ")]);
    let body = json!({"tokens": tokens, "allow_weak": true});
    let first = fixture.post("/legacy-tokens/import", body.clone()).await;
    assert_eq!(first.status, StatusCode::OK, "{first:?}");
    assert_eq!((&first.body["imported"], &first.body["refused"]), (&json!(2), &json!(3)));
    let problems: Vec<_> = first.body["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["problem"].clone())
        .collect();
    assert!(problems[2].as_str().unwrap().contains("nobody"), "{problems:?}");
    assert!(problems[4].as_str().unwrap().contains("white space"), "{problems:?}");
    assert_eq!(first.body["weak"], 2, "they were told to be imported all the same");
    let second = fixture.post("/legacy-tokens/import", body).await;
    assert_eq!((&second.body["unchanged"], &second.body["imported"]), (&json!(2), &json!(0)));
    let other = fixture
        .post(
            "/legacy-tokens/import",
            json!({"tokens": [token("t-1", "else")], "allow_weak": true}),
        )
        .await;
    assert_eq!(other.body["results"][0]["outcome"], "refused");
    let origin = RequestOrigin::default();
    let ctx = fixture.state.context(&origin);
    let pair = |secret| Presented::Basic { id: "t-2", secret };
    let verified = present(&ctx, &pair("s2"), PresentedAt::Api).await.unwrap();
    assert_eq!(verified.scopes.to_string(), "read", "narrowed to its own scopes");
    assert!(present(&ctx, &pair("s1"), PresentedAt::Api).await.is_err());
    let listed = fixture.get("/legacy-tokens?organization=acme").await;
    assert_eq!(listed.body["data"].as_array().unwrap().len(), 2);
    let events = fixture.get("/events?target=t-1").await;
    assert_eq!(events.body["data"][0]["action"], "legacy_token.imported");
}

#[tokio::test]
async fn a_secret_that_can_be_guessed_needs_to_be_allowed_and_the_answer_does_not_repeat_it() {
    let fixture = fixture().await;
    let strong = token("t-1", "6f9e8a8e2c1b4d5e9f3a0b7c6d5e4f31");
    let tokens = json!([strong, token("t-2", "004213"), token("customer-7", "Customer-7")]);
    let refused = fixture.post("/legacy-tokens/import", json!({"tokens": tokens})).await;
    assert_eq!((&refused.body["imported"], &refused.body["refused"]), (&json!(1), &json!(2)));
    let problem = refused.body["results"][1]["problem"].as_str().unwrap();
    assert!(problem.contains("allow_weak") && !problem.contains("004213"), "{problem}");
    let body = json!({"tokens": tokens, "allow_weak": true});
    let allowed = fixture.post("/legacy-tokens/import", body).await;
    assert_eq!((&allowed.body["imported"], &allowed.body["weak"]), (&json!(2), &json!(2)));
    for (id, weak) in [("t-1", false), ("t-2", true), ("customer-7", true)] {
        assert_eq!(fixture.get(&format!("/legacy-tokens/{id}")).await.body["weak"], weak, "{id}");
    }
    let events = fixture.get("/events?target=t-2").await;
    assert_eq!(events.body["data"][0]["detail"]["weak"], true, "{events:?}");
}

#[tokio::test]
async fn a_revoked_token_stays_revoked_when_it_is_imported_again() {
    let fixture = fixture().await;
    let body = json!({"tokens": [token("t-1", "s1")], "allow_weak": true});
    fixture.post("/legacy-tokens/import", body.clone()).await;
    fixture.post("/legacy-tokens/t-1/revoke", json!({"reason": "leaked"})).await;
    let again = fixture.post("/legacy-tokens/import", body).await;
    assert_eq!(again.body["results"][0]["outcome"], "unchanged");
    assert_eq!(fixture.get("/legacy-tokens/t-1").await.body["revoked"]["reason"], "leaked");
}

#[tokio::test]
async fn legacy_tokens_cannot_be_created_and_a_large_batch_is_refused() {
    let fixture = fixture().await;
    let created = fixture.post("/legacy-tokens", token("t-1", "s1")).await;
    assert_eq!(created.status, StatusCode::METHOD_NOT_ALLOWED);
    let rows: Vec<_> = (0..501).map(|n| token(&format!("t-{n}"), "s")).collect();
    let answer =
        fixture.post("/legacy-tokens/import", json!({"tokens": rows, "allow_weak": true})).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    let rows: Vec<_> = (0..500).map(|n| token(&format!("t-{n}"), "s")).collect();
    let answer =
        fixture.post("/legacy-tokens/import", json!({"tokens": rows, "allow_weak": true})).await;
    assert_eq!(answer.body["imported"], 500, "the limit of bodies is wider here: {answer:?}");
    let empty = fixture.post("/legacy-tokens/import", json!({"tokens": []})).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn imports_side_by_side_share_one_grant() {
    let fixture = fixture().await;
    let batch = |range: std::ops::Range<usize>| {
        let rows: Vec<_> = range.map(|n| token(&format!("t-{n}"), "s")).collect();
        fixture.post("/legacy-tokens/import", json!({"tokens": rows, "allow_weak": true}))
    };
    let answers = tokio::join!(batch(0..50), batch(25..75), batch(50..100), batch(0..100));
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        assert_eq!((answer.status, &answer.body["refused"]), (StatusCode::OK, &json!(0)));
    }
    let grants = fixture.get("/grants?organization=acme").await;
    assert_eq!(grants.body["data"].as_array().unwrap().len(), 1);
}
