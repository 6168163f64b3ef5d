//! Refusals: their number is bounded.

use std::sync::Arc;

use domain::Refusal;
use store::{MAX_PAGE, REFUSALS_KEPT, RefusalQuery, Store};

use crate::samples::{other_realm, realm, refusal};

fn all() -> RefusalQuery {
    RefusalQuery { limit: MAX_PAGE, ..RefusalQuery::default() }
}

async fn is_kept(store: &Arc<dyn Store>, sample: &Refusal) -> bool {
    let query = RefusalQuery { request_id: Some(sample.request_id.clone()), ..all() };
    let found = store.refusals(&query).await.unwrap();
    assert!(found.iter().all(|it| it == sample));
    !found.is_empty()
}

/// A refusal is read unchanged; the newest come first.
pub async fn refusals_are_read_newest_first(store: Arc<dyn Store>) {
    let given: Vec<Refusal> =
        (0..300).map(|number| refusal(number, (number % 3 == 0).then_some("client_1"))).collect();
    for chunk in given.chunks(70) {
        store.record_refusals(chunk.to_vec()).await.unwrap();
    }
    store.record_refusals(vec![]).await.unwrap();
    let found = store.refusals(&RefusalQuery { limit: usize::MAX, ..all() }).await.unwrap();
    assert_eq!(found.len(), MAX_PAGE);
    assert!(found.iter().eq(given.iter().rev().take(MAX_PAGE)));
    let limited = store.refusals(&RefusalQuery { limit: 2, ..all() }).await.unwrap();
    assert!(limited.iter().eq(given.iter().rev().take(2)));
}

/// Filters by realm, request and subject.
pub async fn refusals_are_filtered(store: Arc<dyn Store>) {
    let mut given = vec![refusal(1, Some("one")), refusal(2, Some("two")), refusal(3, None)];
    given[1].realm = other_realm();
    store.record_refusals(given.clone()).await.unwrap();
    let cases = [
        (RefusalQuery { realm: Some(realm()), ..all() }, vec![&given[2], &given[0]]),
        (RefusalQuery { subject: Some("two".into()), ..all() }, vec![&given[1]]),
        (RefusalQuery { request_id: Some(given[2].request_id.clone()), ..all() }, vec![&given[2]]),
        (RefusalQuery { realm: Some(realm()), subject: Some("two".into()), ..all() }, vec![]),
    ];
    for (query, expected) in cases {
        let found = store.refusals(&query).await.unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query:?}");
    }
}

/// A flood of refusals without a subject keeps the newest and removes none that has a subject. A
/// flood of refusals with a subject keeps the newest, too.
pub async fn a_flood_stays_within_bounds(store: Arc<dyn Store>) {
    const FLOOD: usize = 2 * REFUSALS_KEPT + 5_000;
    let named = refusal(0, Some("client_1"));
    store.record_refusals(vec![named.clone()]).await.unwrap();
    flood(&store, FLOOD, None).await;
    assert!(is_kept(&store, &named).await, "the flood did not reach it");
    for (number, expected) in edges(FLOOD) {
        assert_eq!(is_kept(&store, &refusal(number, None)).await, expected, "{number}");
    }
    flood(&store, REFUSALS_KEPT + 5_000, Some("client_2")).await;
    assert!(!is_kept(&store, &named).await);
    for (number, expected) in edges(REFUSALS_KEPT + 5_000) {
        assert_eq!(is_kept(&store, &refusal(number, Some("client_2"))).await, expected, "{number}");
    }
    assert!(is_kept(&store, &refusal(FLOOD - 1, None)).await);
}

async fn flood(store: &Arc<dyn Store>, count: usize, subject: Option<&str>) {
    let numbers: Vec<usize> = (0..count).collect();
    for chunk in numbers.chunks(900) {
        let refusals = chunk.iter().map(|number| refusal(*number, subject)).collect();
        store.record_refusals(refusals).await.unwrap();
    }
}

/// Refusals at the edges of a flood, and whether they are among the newest.
fn edges(flood: usize) -> [(usize, bool); 6] {
    let oldest = flood - REFUSALS_KEPT;
    [
        (1, false),
        (oldest / 2, false),
        (oldest - 1, false),
        (oldest, true),
        (oldest + REFUSALS_KEPT / 2, true),
        (flood - 1, true),
    ]
}
