//! Keyset pagination.

use axum::http::StatusCode;
use serde_json::json;

use super::Fixture;

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let fixture = Fixture::open().await;
    for number in 0..7 {
        fixture.make("/organizations", json!({"name": format!("Org {number}")})).await;
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = fixture.get(&format!("/organizations?limit=3{after}")).await;
        assert_eq!(page.status, StatusCode::OK);
        seen.extend(page.body["data"].as_array().unwrap().iter().map(|it| it["id"].to_string()));
        let Some(next) = page.body["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen.len(), 7);
    seen.dedup();
    assert_eq!(seen.len(), 7);
    let whole = fixture.get("/organizations?limit=7").await;
    assert_eq!(whole.body["next"], json!(null), "a full last page has no next");
}

#[tokio::test]
async fn events_are_paged_newest_first() {
    let fixture = Fixture::open().await;
    for number in 0..5 {
        fixture.make("/organizations", json!({"name": format!("Org {number}")})).await;
    }
    let first = fixture.get("/events?limit=4").await;
    let next = first.body["next"].as_str().unwrap();
    let second = fixture.get(&format!("/events?limit=4&after={next}")).await;
    let numbers: Vec<_> = [first.body, second.body]
        .iter()
        .flat_map(|page| page["data"].as_array().unwrap().clone())
        .map(|event| event["sequence"].as_u64().unwrap())
        .collect();
    assert!(numbers.is_sorted_by(|a, b| a > b), "{numbers:?}");
    assert!(numbers.len() >= 6, "the keys' events are there, too");
}

#[tokio::test]
async fn a_wrong_cursor_or_limit_is_refused() {
    let fixture = Fixture::open().await;
    for number in 0..2 {
        fixture.make("/organizations", json!({"name": format!("Org {number}")})).await;
    }
    let page = fixture.get("/organizations?limit=1").await;
    let foreign = page.body["next"].as_str().unwrap();
    for query in [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=-1",
        "after=",
        "after=nonsense",
        "after=AAAA",
        "before=x",
        "limit=1&limit=2",
    ] {
        let answer = fixture.get(&format!("/organizations?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {answer:?}");
        assert_eq!(answer.body["error"], "invalid_request");
    }
    let other_list = fixture.get(&format!("/users?after={foreign}")).await;
    assert_eq!(other_list.status, StatusCode::BAD_REQUEST, "a cursor belongs to its list");
}
