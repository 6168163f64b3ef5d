//! The number of kept changes is bounded, also when several nodes delete.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "this is test code"
)]

mod database;

use std::sync::Arc;

use database::Database;
use store::{Batch, CHANGES_KEPT, Store as _, StoreReader as _, Write};
use store_suite::samples::NOON;

/// How many more changes than are kept may exist before they are deleted.
const SLACK: i64 = 256;
const KEPT: i64 = CHANGES_KEPT as i64;

fn revoke(token: u128) -> Batch {
    Batch { writes: vec![Write::RevokeToken { token, until: None, now: NOON }], events: vec![] }
}

/// The number of changes, the counted number of changes, the number of the oldest one, and the
/// number after which all are there.
async fn state(database: &Database) -> (i64, i64, i64, i64) {
    let sql = "SELECT (SELECT count(*) FROM change), kept, (SELECT min(sequence) FROM change),
                      swept FROM feed";
    let row = database.connect().await.query_one(sql, &[]).await.unwrap();
    (row.get(0), row.get(1), row.get(2), row.get(3))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_the_newest_changes_are_kept_and_older_ones_are_none() {
    let database = Database::new().await;
    let store = database.open().await;
    let fill = format!(
        r"INSERT INTO change (sequence, effects)
              SELECT 2 * number, '\x01' FROM generate_series(1, {KEPT}) AS number;
          UPDATE feed SET sequence = 2 * {KEPT}, kept = {KEPT}"
    );
    database.connect().await.batch_execute(&fill).await.unwrap();
    assert_eq!(store.changes(0, 1).await.unwrap().unwrap()[0].sequence, 2, "nothing is swept yet");
    let nodes = [Arc::new(database.open().await), Arc::new(database.open().await)];
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..10 {
        let node = Arc::clone(&nodes[worker % 2]);
        workers.spawn(async move {
            for round in 0..70 {
                node.commit(revoke((worker * 70 + round) as u128)).await.unwrap();
            }
        });
    }
    workers.join_all().await;
    let (count, kept, oldest, swept) = state(&database).await;
    assert_eq!((count, swept), (kept, oldest - 2), "700 came, 512 went");
    assert_eq!(count, KEPT + 700 - 2 * SLACK);
    for after in [0, swept - 1] {
        assert_eq!(store.changes(after as u64, 9).await.unwrap(), None);
    }
    let first = store.changes(swept as u64, 1).await.unwrap().unwrap();
    assert_eq!(first[0].sequence, oldest as u64);
    let newest = store.sequence().await.unwrap();
    assert_eq!(newest, 2 * CHANGES_KEPT as u64 + 700);
    let last = store.changes(newest - 700, 1_000).await.unwrap().unwrap();
    assert!(last.iter().map(|change| change.sequence).eq(newest - 699..=newest));
    assert_eq!(store.changes(newest, 9).await.unwrap(), Some(vec![]));
    assert_eq!(store.changes(u64::MAX, 9).await.unwrap(), Some(vec![]));
}
