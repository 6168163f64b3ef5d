//! `kill -9`: every acknowledged commit survives, and no batch is half written.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "this is test code, and the helpers are shared with the other tests"
)]

mod database;

use std::sync::Arc;
use std::time::Duration;

use base::{Rng as _, SystemRng};
use database::{Database, options};
use postern_store_postgres::PostgresStore;
use store::Store;
use store_suite::crash::{WORKERS, acknowledgements, check, child_arguments, start, write};

async fn open(url: &str) -> Arc<dyn Store> {
    Arc::new(PostgresStore::open(url, &options()).await.unwrap())
}

/// Every acknowledged batch is there, and the feed has no gap.
async fn check_feed(store: &dyn Store, round: u128, acknowledged: [u64; WORKERS]) {
    let written = check(store, round, acknowledged).await;
    assert_eq!(store.sequence().await.unwrap(), written, "and the feed has no gap");
}

/// Waits until the server has finished what a killed process sent last.
async fn settled(database: &Database, application: &str) {
    let client = database.connect().await;
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
    for _ in 0..1_000 {
        if client.query_one(sql, &[&application]).await.unwrap().get::<_, i64>(0) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("its connections stay open");
}

#[tokio::test]
async fn a_killed_writer_loses_nothing_it_acknowledged() {
    let mut total = 0;
    for round in 0..6 {
        let database = Database::new().await;
        let application = format!("crash_{round}_{:x}", SystemRng.u128());
        let here = format!("{}&application_name={application}", database.url());
        let child = start("workers_write_whole_batches", "", &here, round);
        let patience = Duration::from_millis(50 + (SystemRng.u128() % 400) as u64);
        let acknowledged = acknowledgements(child, Some(patience));
        total += acknowledged.iter().sum::<u64>();
        settled(&database, &application).await;
        check_feed(&database.open().await, round, acknowledged).await;
    }
    assert!(total > 100, "the writers got to write: {total}");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_write_whole_batches() {
    let Some((url, round)) = child_arguments() else {
        let database = Database::new().await;
        write(open(&database.url()).await, 0, 20).await;
        return check_feed(&database.open().await, 0, [20; WORKERS]).await;
    };
    write(open(&url).await, round, u64::MAX).await;
}
