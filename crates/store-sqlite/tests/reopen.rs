//! Acknowledged commits survive a restart, and counters continue.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod database;

use std::time::{Duration, Instant};

use base::{Id, Timestamp};
use database::Database;
use domain::{BudgetLimits, BudgetSubject, Kind, Use};
use store::{
    Batch, EventQuery, IdempotencyRecord, Key, RefusalQuery, Store, StoreReader as _, Write,
};
use store_suite::samples::{
    NOON, client, credential, entity, event, id, insert, one_of_each, realm, refusal,
};

fn batch(writes: impl IntoIterator<Item = Write>) -> Batch {
    Batch { writes: writes.into_iter().collect(), events: vec![] }
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let database = Database::new();
    let store = database.open();
    let entities = one_of_each();
    let (subject, token) = (BudgetSubject::Client(id()), id::<()>().as_u128());
    let limits = BudgetLimits::default();
    let credential = entities.iter().find(|it| it.kind() == Kind::Credential).unwrap();
    let credential_id = Id::from_u128(credential.id());
    let answer = IdempotencyRecord {
        realm: realm(),
        key: [1; 32],
        request: [2; 32],
        sealed: vec![3],
        at: NOON,
        until: NOON.plus(Duration::from_secs(9)),
    };
    let draft = event(&entities[0]);
    let mut writes: Vec<Write> = entities.iter().cloned().map(Write::Insert).collect();
    writes.push(Write::SpendBudget { subject, limits, now: NOON });
    writes.push(Write::RevokeToken { token, until: None, now: NOON });
    writes.push(Write::SpendOnce { id: token, until: NOON, now: NOON });
    writes.push(Write::Remember(answer.clone()));
    store.commit(Batch { writes, events: vec![draft.clone()] }).await.unwrap();
    let used = Use { credential: credential_id, last_at: NOON, address: None, count: 2 };
    store.record_uses(vec![used.clone()]).await.unwrap();
    let refused = refusal(1, Some("client_1"));
    store.record_refusals(vec![refused.clone()]).await.unwrap();
    let spent = store.budget(subject).await.unwrap();
    store.close();

    let store = database.open();
    for entity in &entities {
        let found = store.fetch(&Key::Id(entity.kind(), entity.id())).await.unwrap().unwrap();
        assert_eq!(found.entity.to_json().unwrap(), entity.to_json().unwrap());
    }
    assert_eq!(store.budget(subject).await.unwrap(), spent);
    assert!(store.token_revoked(token).await.unwrap());
    assert!(store.spent(token).await.unwrap());
    assert_eq!(store.answer(&realm(), &[1; 32]).await.unwrap(), Some(answer));
    let events = store.events(&EventQuery { limit: 9, ..EventQuery::default() }).await.unwrap();
    assert_eq!(events[0].draft, draft);
    assert_eq!(store.sequence().await.unwrap(), events[0].sequence);
    assert_eq!(store.uses(&[used.credential]).await.unwrap(), [used]);
    let kept = store.refusals(&RefusalQuery { limit: 9, ..RefusalQuery::default() }).await;
    assert_eq!(kept.unwrap(), [refused]);

    let state = store.commit(batch([Write::SpendBudget { subject, limits, now: NOON }])).await;
    assert_eq!(state.unwrap().budgets[0].used_in_hour, 2, "counts on");
    let next = store.commit(Batch { writes: vec![], events: vec![draft] }).await.unwrap();
    assert!(next.sequence.unwrap() > events[0].sequence, "numbers on");
}

#[tokio::test]
async fn refusals_stay_bounded_across_restarts() {
    let database = Database::new();
    for start in 0..3 {
        let store = database.open();
        for chunk in 0..9 {
            let first = start * 9_000 + chunk * 1_000;
            let refusals = (first..first + 1_000).map(|number| refusal(number, None)).collect();
            store.record_refusals(refusals).await.unwrap();
        }
    }
    let count: i64 = rusqlite::Connection::open(database.file())
        .unwrap()
        .query_row("SELECT count(*) FROM refusal", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 20_000);
}

#[tokio::test]
async fn months_of_events_are_dropped_whole_and_numbers_never_given_again() {
    let database = Database::new();
    let store = database.open();
    let draft = event(&entity(client()));
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let months = ["2026-09-30T23:59:59Z", "2026-10-01T00:00:00Z", "2026-11-15T00:00:00Z"];
    for month in months {
        let events = vec![domain::EventDraft { at: at(month), ..draft.clone() }];
        store.commit(Batch { writes: vec![], events }).await.unwrap();
    }
    assert_eq!(tables(&database), ["event_202609", "event_202610", "event_202611"]);

    store.drop_events_before(at("2026-10-31T23:00:00Z")).await.unwrap();
    assert_eq!(tables(&database), ["event_202610", "event_202611"]);
    let all = EventQuery { limit: 9, ..EventQuery::default() };
    let numbers = |events: Vec<domain::Event>| -> Vec<u64> {
        events.iter().map(|event| event.sequence).collect()
    };
    assert_eq!(numbers(store.events(&all).await.unwrap()), [2, 3]);

    store.drop_events_before(at("2030-01-01T00:00:00Z")).await.unwrap();
    assert!(tables(&database).is_empty());
    store.close();
    let store = database.open();
    assert_eq!(store.sequence().await.unwrap(), 3);
    store.commit(Batch { writes: vec![], events: vec![draft] }).await.unwrap();
    assert_eq!(numbers(store.events(&all).await.unwrap()), [4]);
}

fn tables(database: &Database) -> Vec<String> {
    let connection = rusqlite::Connection::open(database.file()).unwrap();
    let sql =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'event%' ORDER BY name";
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn budget_spends_leave_the_database_no_larger() {
    const SPENDS: u64 = 200_000;
    const WORKERS: u64 = 200;
    let database = Database::new();
    let store = std::sync::Arc::new(database.open());
    let subject = BudgetSubject::Client(id());
    let spend = move || Write::SpendBudget { subject, limits: BudgetLimits::default(), now: NOON };
    store.commit(batch([insert(client()), spend()])).await.unwrap();
    drop(store);
    let before = std::fs::metadata(database.file()).unwrap().len();

    let store = std::sync::Arc::new(database.open());
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..WORKERS {
        let store = std::sync::Arc::clone(&store);
        workers.spawn(async move {
            for _ in 0..SPENDS / WORKERS {
                store.commit(batch([spend()])).await.unwrap();
            }
        });
    }
    workers.join_all().await;
    assert_eq!(store.budget(subject).await.unwrap().used_in_day, SPENDS + 1);
    assert!(database.bytes() < before + (9 << 20), "the log is bounded: {}", database.bytes());
    drop(store);
    assert_eq!(database.bytes(), before);
}

#[tokio::test]
async fn a_hundred_thousand_credentials_open_at_once() {
    let database = Database::new();
    let store = database.open();
    for _ in 0..100 {
        store.commit(batch((0..1_000).map(|_| insert(credential())))).await.unwrap();
    }
    store.close();
    let fastest = (0..5).map(|_| {
        let start = Instant::now();
        let store = database.open();
        let elapsed = start.elapsed();
        store.close();
        elapsed
    });
    let fastest = fastest.min().unwrap();
    assert!(fastest < Duration::from_millis(100), "{fastest:?}");
}
