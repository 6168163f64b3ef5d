//! The change feed: no number is visible before a smaller one, and listeners are woken.

#![allow(clippy::unwrap_used, unreachable_pub, dead_code, reason = "this is test code")]

mod database;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base::Timestamp;
use database::{Database, connect_listening};
use store::{Batch, EventQuery, MAX_PAGE, Store as _, StoreReader as _, Write};
use store_suite::samples::{self, NOON, entity, event, insert};

fn publishing(at: Timestamp) -> Batch {
    let client = samples::client();
    let mut draft = event(&entity(client.clone()));
    draft.at = at;
    Batch { writes: vec![insert(client)], events: vec![draft] }
}

/// A follower that reads everything after the last number it saw misses nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follower_sees_every_number_once_and_in_order() {
    const WORKERS: u64 = 20;
    const BATCHES: u64 = 25;
    let database = Database::new().await;
    let nodes = [Arc::new(database.open().await), Arc::new(database.open().await)];
    let done = Arc::new(AtomicBool::new(false));
    let follower = tokio::spawn({
        let (node, done) = (database.open().await, Arc::clone(&done));
        async move {
            let mut seen = Vec::new();
            loop {
                let was_done = done.load(Ordering::SeqCst);
                let after = seen.last().copied();
                let query = EventQuery { after, limit: MAX_PAGE, ..EventQuery::default() };
                let page = node.events(&query).await.unwrap();
                if page.is_empty() && was_done {
                    return seen;
                }
                seen.extend(page.iter().map(|event| event.sequence));
            }
        }
    });
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let node = Arc::clone(&nodes[worker as usize % nodes.len()]);
        workers.spawn(async move {
            for _ in 0..BATCHES {
                node.commit(publishing(NOON)).await.unwrap();
            }
        });
    }
    workers.join_all().await;
    done.store(true, Ordering::SeqCst);
    assert_eq!(follower.await.unwrap(), (1..=WORKERS * BATCHES).collect::<Vec<_>>());
}

#[tokio::test]
async fn every_told_commit_wakes_listeners_and_use_does_not() {
    let database = Database::new().await;
    let store = database.open().await;
    let (_client, mut wakes) = connect_listening(&database).await;
    let now = NOON;
    // Other tests notify on the same channel, so this test uses numbers beyond theirs.
    database.connect().await.batch_execute("UPDATE feed SET sequence = 777000").await.unwrap();
    let alone = |write| Batch { writes: vec![write], events: vec![] };
    store.commit(alone(Write::SpendOnce { id: 1, until: NOON, now })).await.unwrap();
    assert_eq!(store.sequence().await.unwrap(), 777_000, "it is use");
    store.commit(alone(Write::RevokeToken { token: 1, until: None, now })).await.unwrap();
    let published = store.commit(publishing(NOON)).await.unwrap().sequence.unwrap();
    assert_eq!(published, 777_002);
    for expected in ["777001", "777002"] {
        let woken = async {
            loop {
                let text = wakes.recv().await.unwrap();
                if text.starts_with("777") {
                    return text;
                }
            }
        };
        let woken = tokio::time::timeout(Duration::from_secs(10), woken).await.unwrap();
        assert_eq!(woken, expected);
    }
}

/// Several nodes write to months without a partition at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_nodes_create_a_partition_once() {
    let database = Database::new().await;
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let node = database.open().await;
        workers.spawn(async move {
            for month in 0..12 {
                let at = Timestamp::from_seconds(1_800_000_000 + month * 31 * 86_400);
                node.commit(publishing(at)).await.unwrap();
            }
        });
    }
    workers.join_all().await;
    let sql = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'event'::regclass";
    let partitions: i64 = database.connect().await.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(partitions, 12);
    assert_eq!(database.open().await.sequence().await.unwrap(), 96);
}

/// An old partition may be dropped. A later event of that month creates it again.
#[tokio::test]
async fn a_dropped_partition_is_created_again() {
    let database = Database::new().await;
    let store = database.open().await;
    let may = "2027-05-05T00:00:00Z".parse().unwrap();
    store.commit(publishing(may)).await.unwrap();
    database.connect().await.batch_execute("DROP TABLE event_202705").await.unwrap();
    assert_eq!(store.commit(publishing(may)).await.unwrap().sequence, Some(2));
    let published = store.events(&EventQuery { limit: 9, ..EventQuery::default() }).await.unwrap();
    assert_eq!(published.iter().map(|event| event.sequence).collect::<Vec<_>>(), [2]);
}

/// A batch with a conflict takes no number.
#[tokio::test]
async fn a_conflict_leaves_no_gap() {
    let database = Database::new().await;
    let store = database.open().await;
    let batch = publishing(NOON);
    store.commit(batch.clone()).await.unwrap();
    store.commit(batch).await.unwrap_err();
    assert_eq!(store.commit(publishing(NOON)).await.unwrap().sequence, Some(2));
}
