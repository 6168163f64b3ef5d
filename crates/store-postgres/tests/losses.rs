//! Lost connections: by a restart, by the server, by a network that drops packets. Later requests
//! get no error, and waiting followers are still woken.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "this is test code"
)]

mod database;
#[path = "database/proxy.rs"]
mod proxy;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use database::{Database, options};
use domain::Kind;
use postern_store_postgres::PostgresStore;
use proxy::Proxy;
use store::{Batch, CommitError, Key, Store, StoreError, StoreReader as _, Write};
use store_suite::postgres::Server;
use store_suite::samples::{self, NOON, insert};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

fn revoke(token: u128) -> Batch {
    Batch { writes: vec![Write::RevokeToken { token, until: None, now: NOON }], events: vec![] }
}

async fn own_server() -> Server {
    tokio::task::spawn_blocking(Server::start).await.unwrap()
}

/// A store whose pool is full of connections, and a client entity in it.
async fn busy(url: &str) -> (Arc<PostgresStore>, Key) {
    let store = Arc::new(PostgresStore::open(url, &options()).await.unwrap());
    let client = samples::client();
    let key = Key::Id(Kind::Client, client.id.as_u128());
    let writes = vec![insert(client)];
    store.commit(Batch { writes, events: vec![] }).await.unwrap();
    all_read(&store, &key).await;
    (store, key)
}

async fn all_read(store: &Arc<PostgresStore>, key: &Key) {
    let mut reads = JoinSet::new();
    for _ in 0..50 {
        let (store, key) = (Arc::clone(store), key.clone());
        reads.spawn(async move { store.fetch(&key).await.unwrap().unwrap() });
    }
    reads.join_all().await;
}

/// Waits for a change after `position` in another task.
fn waiting(store: &Arc<PostgresStore>, position: u64) -> tokio::task::JoinHandle<()> {
    let store = Arc::clone(store);
    tokio::spawn(async move { store.changed(position).await })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_nodes_commit_wakes_at_once() {
    let database = Database::new().await;
    let (here, there) = (Arc::new(database.open().await), database.open().await);
    here.commit(revoke(0)).await.unwrap();
    let mut waits = Vec::new();
    for token in 1..=20 {
        let position = here.sequence().await.unwrap();
        let woken = waiting(&here, position);
        sleep(Duration::from_millis(20)).await;
        let started = Instant::now();
        there.commit(revoke(token)).await.unwrap();
        timeout(Duration::from_secs(2), woken).await.expect("a wake-up").unwrap();
        waits.push(started.elapsed());
    }
    waits.sort_unstable();
    assert!(
        waits[10] < Duration::from_millis(200),
        "the follower is notified, it does not poll: {waits:?}"
    );
}

/// No request runs while the server is away, so every connection of the pool is dead afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_restart_no_request_gets_a_dead_connection() {
    let mut server = own_server().await;
    let database = Database::on(&server.url()).await;
    let (store, key) = busy(&database.url()).await;
    for round in 0..3 {
        let woken = waiting(&store, store.sequence().await.unwrap());
        server.kill();
        server.restart();
        let mut commits = JoinSet::new();
        for token in 0..20 {
            let store = Arc::clone(&store);
            commits.spawn(async move { store.commit(revoke(token)).await.unwrap() });
        }
        all_read(&store, &key).await;
        commits.join_all().await;
        timeout(Duration::from_secs(5), woken).await.expect("a wake-up").unwrap();
        let other = database.open().await;
        let woken = waiting(&store, store.sequence().await.unwrap());
        other.commit(revoke(round)).await.unwrap();
        timeout(Duration::from_secs(5), woken).await.expect("it listens again").unwrap();
    }
}

/// The server ends every connection repeatedly. Reads continue; a commit succeeds or is
/// unavailable.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reads_go_on_while_connections_are_ended() {
    let server = own_server().await;
    let database = Database::on(&server.url()).await;
    let (store, key) = busy(&database.url()).await;
    let done = Arc::new(AtomicBool::new(false));
    let mut workers = JoinSet::new();
    for worker in 0..8_u128 {
        let (store, key, done) = (Arc::clone(&store), key.clone(), Arc::clone(&done));
        workers.spawn(async move {
            let (mut reads, mut refused) = (0, 0);
            while !done.load(Ordering::SeqCst) {
                if worker < 6 {
                    reads += 1;
                    assert!(store.fetch(&key).await.unwrap().is_some());
                    continue;
                }
                match store.commit(revoke(worker)).await {
                    Ok(_) => {}
                    Err(CommitError::Store(StoreError::Unavailable(_))) => refused += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            (reads, refused)
        });
    }
    let other = database.connect().await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE application_name = 'postern'";
    for _ in 0..15 {
        sleep(Duration::from_millis(100)).await;
        other.batch_execute(end).await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let counts = workers.join_all().await;
    let reads: u64 = counts.iter().map(|(reads, _)| reads).sum();
    assert!(reads > 100, "{counts:?}");
}

/// A transaction ends with its connection, so nothing was written, and the commit is retried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_connection_ends_before_it_is_written_once() {
    let database = Database::new().await;
    let name = format!("ended_{}", samples::id::<()>());
    let (store, key) = busy(&format!("{}&application_name={name}", database.url())).await;
    let held = store.fetch(&key).await.unwrap().unwrap();
    let other = database.connect().await;
    other.batch_execute("BEGIN; SELECT FROM client FOR UPDATE").await.unwrap();
    // Another connection, because a transaction sees the activity of one moment only.
    let ender = database.connect().await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE application_name = $1 AND wait_event_type = 'Lock'";
    let commit = tokio::spawn({
        let (store, held) = (Arc::clone(&store), held.clone());
        async move {
            let events = vec![samples::event(&held.entity)];
            let write = Write::Replace { entity: held.entity, expected: held.version };
            store.commit(Batch { writes: vec![write, revoke(1).writes.remove(0)], events }).await
        }
    });
    for _ in 0..3 {
        // Each time, the commit waits for the row again.
        while ender.query(end, &[&name]).await.unwrap().is_empty() {
            sleep(Duration::from_millis(10)).await;
        }
    }
    other.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(commit.await.unwrap().unwrap().sequence, Some(1));
    let found = store.fetch(&key).await.unwrap().unwrap();
    assert_eq!(found.version.0, held.version.0 + 1);
    assert_eq!(store.changes(0, 9).await.unwrap().unwrap().len(), 1);
}

/// Data on the way is dropped silently, as when a firewall forgets a connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn silent_connections_are_renewed() {
    let server = own_server().await;
    let database = Database::on(&server.url()).await;
    let proxy = Proxy::to(server.port()).await;
    let way = database.url().replace(&server.port().to_string(), &proxy.port().to_string());
    let (store, key) = busy(&way).await;
    let direct = database.open().await;
    let position = store.sequence().await.unwrap();
    sleep(Duration::from_millis(1_500)).await;
    proxy.silence();
    let woken = waiting(&store, position);
    let started = Instant::now();
    direct.commit(revoke(1)).await.unwrap();
    all_read(&store, &key).await;
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    store.commit(revoke(2)).await.unwrap();
    assert!(store.changes(position, 9).await.unwrap().unwrap().len() == 2);
    timeout(Duration::from_secs(8), woken).await.expect("a wake-up").unwrap();
    let woken = waiting(&store, store.sequence().await.unwrap());
    direct.commit(revoke(3)).await.unwrap();
    timeout(Duration::from_secs(8), woken).await.expect("it listens again").unwrap();
}

/// A server that gives the store no connection for listening. Everything else works.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_without_listen_still_works() {
    let server = own_server().await;
    let database = Database::on(&server.url()).await;
    let schema = database.schema();
    let make = format!(
        "CREATE ROLE one_only LOGIN CONNECTION LIMIT 1;
         GRANT ALL ON SCHEMA {schema} TO one_only"
    );
    database.connect().await.batch_execute(&make).await.unwrap();
    let url = database.url().replace("postgres@", "one_only@");
    let options = postern_store_postgres::OpenOptions { pool_size: 1, ..options() };
    let store = Arc::new(PostgresStore::open(&url, &options).await.unwrap());
    for token in 0..20 {
        let position = store.sequence().await.unwrap();
        let woken = waiting(&store, position);
        store.commit(revoke(token)).await.unwrap();
        timeout(Duration::from_secs(1), woken).await.expect("its own commits").unwrap();
        assert_eq!(store.changes(position, 9).await.unwrap().unwrap().len(), 1);
        sleep(Duration::from_millis(50)).await;
    }
}

/// Dropping the store closes its connections: those of the pool and the listening one.
#[tokio::test]
async fn dropping_the_store_closes_its_connections() {
    let database = Database::new().await;
    let name = format!("gone_{}", samples::id::<()>());
    let url = format!("{}&application_name={name}", database.url());
    let (store, _) = busy(&url).await;
    let other = database.connect().await;
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
    let count = async || other.query_one(sql, &[&name]).await.unwrap().get::<_, i64>(0);
    assert!(count().await >= 2);
    drop(store);
    for _ in 0..200 {
        if count().await == 0 {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("{} connections stay", count().await);
}
