//! The number of kept changes is bounded, and sequence numbers continue after a restart.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is test code")]

mod database;

use std::sync::Arc;

use database::Database;
use postern_store_sqlite::SqliteStore;
use rusqlite::Connection;
use store::{Batch, CHANGES_KEPT, Effect, Store, StoreReader as _, Write};
use store_suite::samples::NOON;

/// How many more changes than are kept may exist before they are deleted.
const SLACK: usize = 256;

fn revoke(token: usize) -> Batch {
    let (token, now) = (token as u128, NOON);
    Batch { writes: vec![Write::RevokeToken { token, until: None, now }], events: vec![] }
}

/// A database with `count` published changes. Every third sequence number is not a change.
fn database_with(count: usize) -> Database {
    let database = Database::new();
    database.open().close();
    let effects = Effect::pack(&[Effect::Token { token: 1, until: None }]);
    let mut connection = Connection::open(database.file()).unwrap();
    let transaction = connection.transaction().unwrap();
    for index in 0..count {
        let number = (index + index / 2 + 1) as i64;
        let sql = "INSERT INTO change (sequence, effects) VALUES (?1, ?2)";
        transaction.prepare_cached(sql).unwrap().execute((number, &effects)).unwrap();
    }
    transaction.commit().unwrap();
    database
}

fn numbers(database: &Database) -> (usize, u64) {
    let sql = "SELECT count(*), min(sequence) FROM change";
    let row: (i64, i64) = Connection::open(database.file())
        .unwrap()
        .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    (row.0 as usize, row.1 as u64)
}

/// Every answer is complete, or says that changes are missing.
async fn check(store: &SqliteStore, database: &Database) {
    let (count, oldest) = numbers(database);
    assert!((CHANGES_KEPT..CHANGES_KEPT + SLACK).contains(&count), "{count}");
    let mut known = 0;
    for after in oldest.saturating_sub(9)..oldest + 3 {
        let changes = store.changes(after, 1).await.unwrap();
        if after + 2 < oldest {
            assert_eq!(changes, None, "after {after}, the oldest is {oldest}");
        }
        if let Some(changes) = changes {
            known += 1;
            let expected = if after < oldest { oldest } else { after + 1 };
            assert!(changes[0].sequence <= expected + 1, "{} after {after}", changes[0].sequence);
        }
    }
    assert!(known >= 3, "existing changes are returned");
}

#[tokio::test]
async fn only_the_newest_changes_are_kept_and_older_ones_are_none() {
    let database = database_with(CHANGES_KEPT - 1);
    let store = database.open();
    assert_eq!(store.changes(0, 1).await.unwrap().unwrap()[0].sequence, 1, "nothing is swept yet");
    for token in 0..600 {
        store.commit(revoke(token)).await.unwrap();
    }
    assert_eq!(store.changes(0, 1).await.unwrap(), None);
    check(&store, &database).await;
    store.close();
    let store = database.open();
    assert_eq!(store.changes(0, 1).await.unwrap(), None, "and the gap is known after a restart");
    check(&store, &database).await;
    for token in 0..300 {
        store.commit(revoke(token)).await.unwrap();
    }
    check(&store, &database).await;
}

/// A conflicting batch in a group with published changes gives its number back.
#[tokio::test(flavor = "multi_thread")]
async fn groups_that_are_written_again_leave_no_gap() {
    let database = Database::new();
    let store = Arc::new(database.open());
    let mut commits = tokio::task::JoinSet::new();
    for token in 0..300 {
        let store = Arc::clone(&store);
        commits.spawn(async move {
            let mut batch = revoke(token);
            let until = NOON.plus(std::time::Duration::from_secs(60));
            let spend = Write::SpendOnce { id: (token / 3) as u128, until, now: NOON };
            batch.writes.push(spend);
            store.commit(batch).await.is_ok()
        });
    }
    let done = commits.join_all().await.into_iter().filter(|done| *done).count();
    let changes = store.changes(0, 1_000).await.unwrap().unwrap();
    assert_eq!(done, 100, "one of three");
    assert!(changes.iter().map(|change| change.sequence).eq(1..=done as u64));
}

/// The number of a change without an event is not used again after a restart.
#[tokio::test]
async fn numbers_of_changes_without_events_continue_after_a_restart() {
    let database = Database::new();
    let store = database.open();
    store.commit(revoke(1)).await.unwrap();
    store.commit(revoke(2)).await.unwrap();
    store.close();
    let store = database.open();
    assert_eq!(store.sequence().await.unwrap(), 2);
    store.commit(revoke(3)).await.unwrap();
    let changes = store.changes(1, 9).await.unwrap().unwrap();
    assert_eq!(changes.iter().map(|it| it.sequence).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(store.reserve_status_indexes(&store_suite::samples::realm(), 3).await.unwrap(), 0);
    store.close();
    assert_eq!(
        database.open().reserve_status_indexes(&store_suite::samples::realm(), 3).await.unwrap(),
        3
    );
}
