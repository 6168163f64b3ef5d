//! `kill -9` and a full disk: every acknowledged commit survives, and no batch is half written.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is test code"
)]

mod database;

use std::sync::Arc;
use std::time::Duration;

use base::{Rng as _, SystemRng};
use database::{Database, options};
use postern_store_sqlite::SqliteStore;
use store::{CommitError, Store, StoreReader as _};
use store_suite::crash::{
    WORKERS, acknowledge, acknowledgements, check, child_arguments, is_there, one_batch, start,
    write,
};

/// The path of the database, as an argument for a child process.
fn path_of(database: &Database) -> String {
    database.file().display().to_string()
}

fn open(path: &str) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(path, &options()).unwrap())
}

#[tokio::test]
async fn a_killed_writer_loses_nothing_it_acknowledged() {
    let database = Database::new();
    let mut total = 0;
    for round in 0..10 {
        let child = start("workers_write_whole_batches", "", &path_of(&database), round);
        let patience = Duration::from_millis(5 + (SystemRng.u128() % 200) as u64);
        let acknowledged = acknowledgements(child, Some(patience));
        total += acknowledged.iter().sum::<u64>();
        check(&database.open(), round, acknowledged).await;
    }
    assert!(total > 100, "the writers got to write: {total}");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_write_whole_batches() {
    let Some((path, round)) = child_arguments() else {
        let database = Database::new();
        write(open(&path_of(&database)), 0, 20).await;
        check(&database.open(), 0, [20; WORKERS]).await;
        return;
    };
    write(open(&path), round, u64::MAX).await;
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_loses_nothing() {
    let database = Database::new();
    // No file may grow beyond 1 MiB (the unit is 512 bytes, in some shells 1024).
    let limits = "trap '' XFSZ; ulimit -f 2048;";
    let child = start("a_writer_survives_what_it_cannot_write", limits, &path_of(&database), 0);
    let acknowledged = acknowledgements(child, None);
    assert!(acknowledged[0] > 10);
    let store = database.open();
    check(&store, 0, acknowledged).await;
    store.commit(one_batch(1, 0, 0)).await.unwrap();
    assert!(is_there(&store, 1, 0, 0).await, "with room again, it writes again");
}

#[tokio::test]
async fn a_writer_survives_what_it_cannot_write() {
    let database = Database::new();
    // The database of the test above has room for 50 batches without the limit.
    let (path, most) =
        child_arguments().map_or_else(|| (path_of(&database), 50), |(path, _)| (path, 100_000));
    let store = SqliteStore::open(&path, &options()).unwrap();
    let (mut number, mut refused) = (0, 0);
    // After the first failure the log restarts in the room it has. After three in a row there is no
    // more room.
    while refused < 3 && number < most {
        match store.commit(one_batch(0, 0, number)).await {
            Ok(_) => {
                acknowledge(0, number);
                (number, refused) = (number + 1, 0);
            }
            Err(CommitError::Store(_)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(refused, if child_arguments().is_some() { 3 } else { 0 });
    assert!(is_there(&store, 0, 0, number - 1).await, "it still reads");
    assert!(!is_there(&store, 0, 0, number).await);
    store.ping().await.unwrap();
}
