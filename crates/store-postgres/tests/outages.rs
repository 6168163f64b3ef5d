//! Servers that go away, do not answer, or are asked for what they cannot hold.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "this is test code"
)]

mod database;

use std::sync::Arc;
use std::time::{Duration, Instant};

use database::Database;
use domain::{Kind, Refusal};
use store::{
    Batch, CommitError, EventQuery, Key, REFUSALS_KEPT, RefusalQuery, Store, StoreError,
    StoreReader as _, Write,
};
use store_suite::postgres::Server;
use store_suite::samples::{self, NOON, entity, insert, realm, refusal};

fn batch(writes: Vec<Write>) -> Batch {
    Batch { writes, events: vec![] }
}

/// A server for this test. Its thread lives as long as the server.
async fn own_server() -> Server {
    tokio::task::spawn_blocking(Server::start).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_server_is_unavailable_and_the_pool_recovers() {
    let mut server = own_server().await;
    let database = Database::on(&server.url()).await;
    let store = database.open().await;
    let client = samples::client();
    store.commit(batch(vec![insert(client.clone())])).await.unwrap();
    server.kill();
    let key = Key::Id(Kind::Client, client.id.as_u128());
    for _ in 0..20 {
        let error = store.fetch(&key).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
        let error = store.commit(batch(vec![insert(samples::client())])).await.unwrap_err();
        assert!(matches!(error, CommitError::Store(StoreError::Unavailable(_))), "{error}");
    }
    assert!(store.ping().await.is_err());
    server.restart();
    store.ping().await.unwrap();
    assert!(store.fetch(&key).await.unwrap().is_some(), "acknowledged, so it is there");
    store.commit(batch(vec![insert(samples::client())])).await.unwrap();
}

/// Another transaction holds a row. The wait ends with an error.
#[tokio::test]
async fn waiting_for_a_held_lock_has_a_time_limit() {
    let database = Database::new().await;
    let store = database.open().await;
    let client = samples::client();
    store.commit(batch(vec![insert(client.clone())])).await.unwrap();
    let other = database.connect().await;
    other.batch_execute("BEGIN; SELECT FROM client FOR UPDATE").await.unwrap();
    let started = Instant::now();
    let entity = entity(client);
    let write = Write::Replace { entity, expected: store::Version(1) };
    let error = store.commit(batch(vec![write.clone()])).await.unwrap_err();
    assert!(matches!(error, CommitError::Store(StoreError::Unavailable(_))), "{error}");
    assert!(started.elapsed() < Duration::from_secs(25), "{:?}", started.elapsed());
    other.batch_execute("ROLLBACK").await.unwrap();
    store.commit(batch(vec![write])).await.unwrap();
}

/// A caller that goes away in the middle of a transaction leaves a usable connection.
#[tokio::test]
async fn a_cancelled_commit_writes_nothing_and_affects_no_other() {
    let database = Database::new().await;
    let store = database.open().await;
    let (held, other) = (samples::client(), samples::client());
    store.commit(batch(vec![insert(held.clone())])).await.unwrap();
    let holder = database.connect().await;
    holder.batch_execute("BEGIN; SELECT FROM client FOR UPDATE").await.unwrap();
    for _ in 0..30 {
        let entity = entity(held.clone());
        let replace = Write::Replace { entity, expected: store::Version(1) };
        let commit = store.commit(batch(vec![insert(other.clone()), replace]));
        assert!(tokio::time::timeout(Duration::from_millis(20), commit).await.is_err());
    }
    holder.batch_execute("ROLLBACK").await.unwrap();
    store.commit(batch(vec![insert(other)])).await.unwrap();
}

/// Two transactions lock the same rows in opposite order. The database aborts one, which is
/// retried.
#[tokio::test]
async fn a_deadlock_is_retried_without_an_error() {
    let database = Database::new().await;
    let store = Arc::new(database.open().await);
    let (one, two) = (samples::client(), samples::client());
    store.commit(batch(vec![insert(one.clone()), insert(two.clone())])).await.unwrap();
    let hold = |client: &domain::Client| {
        let id = client.id.as_u128();
        format!("SELECT FROM client WHERE id = '{id:032x}' FOR UPDATE")
    };
    let other = database.connect().await;
    other.batch_execute(&format!("BEGIN; {}", hold(&one))).await.unwrap();
    let expected = store::Version(1);
    let replace = [&two, &one].map(|it| Write::Replace { entity: entity(it.clone()), expected });
    let commit = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.commit(batch(replace.into())).await }
    });
    // The commit waits first, so it is the first to check for a deadlock, and the one that is
    // aborted.
    tokio::time::sleep(Duration::from_millis(300)).await;
    other.batch_execute(&hold(&two)).await.unwrap();
    other.batch_execute("ROLLBACK").await.unwrap();
    commit.await.unwrap().unwrap();
    let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    for _ in 0..200 {
        if other.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("there was no deadlock to try again");
}

/// Batches that spend from the same budgets in opposite order cannot deadlock.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn budgets_in_opposite_order_do_not_deadlock() {
    let database = Database::new().await;
    let store = Arc::new(database.open().await);
    let subjects: Vec<_> = (0..3).map(|_| domain::BudgetSubject::Client(samples::id())).collect();
    let started = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let (store, mut subjects) = (Arc::clone(&store), subjects.clone());
        if worker % 2 == 0 {
            subjects.reverse();
        }
        workers.spawn(async move {
            for _ in 0..25 {
                let spend = |subject| {
                    let limits = domain::BudgetLimits::default();
                    Write::SpendBudget { subject, limits, now: NOON }
                };
                let writes = subjects.iter().copied().map(spend).collect();
                store.commit(batch(writes)).await.unwrap();
            }
        });
    }
    workers.join_all().await;
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    for subject in subjects {
        assert_eq!(store.budget(subject).await.unwrap().used_in_day, 200);
    }
}

/// The database cannot hold a zero byte in a text. A query for such a text finds nothing; such a
/// text in a body is kept.
#[tokio::test]
async fn zero_bytes_are_not_found_but_kept_in_bodies() {
    let database = Database::new().await;
    let store = database.open().await;
    for key in [
        Key::PublicId(Kind::Client, realm(), "a\0b".into()),
        Key::Handle(Kind::User, realm(), "\0".into()),
    ] {
        assert!(store.fetch(&key).await.unwrap().is_none());
    }
    let zero = Some("\0".to_owned());
    let query = EventQuery { target: zero.clone(), limit: 9, ..EventQuery::default() };
    assert!(store.events(&query).await.unwrap().is_empty());
    let query = RefusalQuery { subject: zero, limit: 9, ..RefusalQuery::default() };
    assert!(store.refusals(&query).await.unwrap().is_empty());
    let client = domain::Client { name: "a\0b".to_owned(), ..samples::client() };
    let key = Key::Id(Kind::Client, client.id.as_u128());
    store.commit(batch(vec![insert(client.clone())])).await.unwrap();
    let found = store.fetch(&key).await.unwrap().unwrap();
    assert_eq!(found.entity.to_json().unwrap(), entity(client).to_json().unwrap());
    let odd = Refusal { explanation: "a\0b".to_owned(), ..refusal(1, None) };
    store.record_refusals(vec![odd.clone()]).await.unwrap();
    let query = RefusalQuery { limit: 9, ..RefusalQuery::default() };
    assert_eq!(store.refusals(&query).await.unwrap(), [odd]);
}

/// Several nodes that record refusals at once use no slot twice and keep the order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn refusals_of_several_nodes_share_the_rings() {
    let database = Database::new().await;
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let node = database.open().await;
        workers.spawn(async move {
            for round in 0..5 {
                let numbers = (0..600).map(|number| worker * 10_000 + round * 1_000 + number);
                let noted = numbers.map(|number| refusal(number, None)).collect();
                node.record_refusals(noted).await.unwrap();
            }
        });
    }
    workers.join_all().await;
    let sql = "SELECT count(*), count(DISTINCT arrived) FROM refusal";
    let row = database.connect().await.query_one(sql, &[]).await.unwrap();
    let expected = REFUSALS_KEPT.min(8 * 5 * 600) as i64;
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (expected, expected));
}
