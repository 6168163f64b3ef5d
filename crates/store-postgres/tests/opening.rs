//! Which databases are opened, which are refused, and how schemas are migrated.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "this is test code"
)]

mod database;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use database::{Database, options};
use postern_store_postgres::{OpenOptions, PostgresStore};
use store::{Batch, OpenError, Store as _, StoreReader as _};
use store_suite::samples::{self, insert};

async fn refused(url: &str) -> OpenError {
    PostgresStore::open(url, &options()).await.unwrap_err()
}

#[tokio::test]
async fn what_was_written_is_there_when_it_is_opened_again() {
    let database = Database::new().await;
    let client = samples::client();
    let key = store::Key::Id(domain::Kind::Client, client.id.as_u128());
    let writes = vec![insert(client)];
    database.open().await.commit(Batch { writes, events: vec![] }).await.unwrap();
    assert!(database.open().await.fetch(&key).await.unwrap().is_some());
}

#[tokio::test]
async fn another_master_key_is_refused() {
    let database = Database::new().await;
    drop(database.open().await);
    let other = OpenOptions { master_fingerprint: "other".to_owned(), pool_size: 1 };
    let error = PostgresStore::open(&database.url(), &other).await.unwrap_err();
    assert!(matches!(error, OpenError::WrongMasterKey), "{error}");
    database.open().await.ping().await.unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let database = Database::new().await;
    drop(database.open().await);
    let newer = "UPDATE meta SET value = '99' WHERE name = 'schema_version'";
    database.connect().await.batch_execute(newer).await.unwrap();
    let error = refused(&database.url()).await;
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error}");
}

#[tokio::test]
async fn tables_of_another_program_are_left_alone() {
    for theirs in [
        "CREATE TABLE client (theirs text)",
        "CREATE TABLE meta (theirs text)",
        "CREATE TABLE meta (name text, value text); INSERT INTO meta VALUES ('application', 'x')",
    ] {
        let database = Database::new().await;
        let client = database.connect().await;
        client.batch_execute(theirs).await.unwrap();
        let error = refused(&database.url()).await;
        assert!(matches!(error, OpenError::Damaged(_)), "{theirs}: {error}");
        let sql = "SELECT count(*) FROM pg_class WHERE relkind = 'r'
                   AND relnamespace = current_schema()::regnamespace";
        assert_eq!(client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 1, "{theirs}");
    }
}

#[tokio::test]
async fn a_wrong_address_is_unreachable_soon_and_shows_no_password() {
    for url in [
        "postgres://postern:hunter2@127.0.0.1:1/none",
        "postgres://postern:hunter2@127.0.0.1:notaport/none",
        "postgres://postern:hunter2@127.0.0.1:1/none?unknown=option",
    ] {
        let started = Instant::now();
        let error = refused(url).await;
        assert!(matches!(error, OpenError::Unreachable(_)), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(8));
    }
}

/// Many nodes start at once on an empty database, in this process and in two others: this program,
/// started again for this test with the address as an extra argument.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_at_once_migrate_once() {
    const TOLD: &str = "open-this:";
    if let Some(url) = std::env::args().find_map(|it| it.strip_prefix(TOLD).map(str::to_owned)) {
        return PostgresStore::open(&url, &options()).await.unwrap().ping().await.unwrap();
    }
    let database = Arc::new(Database::new().await);
    let start = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "nodes_that_start_at_once_migrate_once"])
            .arg(format!("{TOLD}{}", database.url()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children = [start(), start()];
    let mut nodes = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let database = Arc::clone(&database);
        nodes.spawn(async move { database.open().await.ping().await.unwrap() });
    }
    nodes.join_all().await;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }
    let sql = "SELECT count(*) FROM meta";
    assert_eq!(database.connect().await.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 3);
}
