//! Migrations from every earlier version: a database of that version, stored as a fixture, is
//! opened, migrated, read and written.
//!
//! A new migration needs a fixture of the version it leads to; without it a test fails.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is test code")]

mod database;

use base::Id;
use database::{Database, pragma, schema};
use domain::{Actor, BudgetSubject, Entity, Kind};
use rusqlite::Connection;
use store::{
    Batch, Effect, EventQuery, Key, RefusalQuery, Store, StoreReader as _, Version, Write,
};
use store_suite::samples::{client, connected_apps, event, insert, realm};

fn fixture(version: i64) -> String {
    let path = format!("{}/tests/fixtures/v{version}.sql", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A folder with the database of a fixture.
fn database_of(version: i64) -> Database {
    let database = Database::new();
    let connection = Connection::open(database.file()).unwrap();
    connection.execute_batch(&fixture(version)).unwrap();
    assert_eq!(pragma(&database.file(), "user_version"), version);
    database
}

/// The kinds in that version. Accounts and access requests came with version 3.
fn kinds(version: i64) -> impl Iterator<Item = Kind> {
    let is_new = move |kind: &Kind| matches!(kind, Kind::Account | Kind::AccessRequest);
    Kind::ALL.into_iter().filter(move |kind| version >= 3 || !is_new(kind))
}

/// The rows of a kind in the database, read without the store.
fn bodies(database: &Database, kind: Kind) -> Vec<(u128, i64, String)> {
    let connection = Connection::open(database.file()).unwrap();
    let mut statement =
        connection.prepare(&format!("SELECT id, version, body FROM {}", kind.as_str())).unwrap();
    let rows = statement
        .query_map([], |row| Ok((u128::from_be_bytes(row.get(0)?), row.get(1)?, row.get(2)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

fn newest() -> (i64, Vec<String>) {
    let database = Database::new();
    database.open().close();
    (pragma(&database.file(), "user_version"), schema(&database.file()))
}

#[tokio::test]
async fn every_earlier_version_is_brought_forward() {
    let (newest, schema_of_new) = newest();
    assert!(newest >= 1);
    for version in 1..=newest {
        let database = database_of(version);
        let before: Vec<(Kind, Vec<_>)> =
            kinds(version).map(|kind| (kind, bodies(&database, kind))).collect();
        let store = database.open();
        for (kind, rows) in before {
            assert!(!rows.is_empty(), "v{version} has no {}", kind.as_str());
            for (id, row_version, body) in rows {
                let stored = store.fetch(&Key::Id(kind, id)).await.unwrap().unwrap();
                assert_eq!(stored.version, Version(row_version.cast_unsigned()));
                let expected = Entity::from_json(kind, &body).unwrap();
                assert_eq!(stored.entity.to_json().unwrap(), expected.to_json().unwrap());
                let write = Write::Replace { entity: stored.entity, expected: stored.version };
                store.commit(Batch { writes: vec![write], events: vec![] }).await.unwrap();
            }
        }
        let writes = vec![insert(client())];
        let events = vec![event(&Entity::Client(client().into()))];
        let committed = store.commit(Batch { writes, events }).await.unwrap();
        assert!(committed.sequence.is_some());
        store.close();
        assert_eq!(pragma(&database.file(), "user_version"), newest);
        let without_events: Vec<String> =
            schema(&database.file()).into_iter().filter(|sql| !sql.contains(" event_")).collect();
        assert_eq!(without_events, schema_of_new, "v{version} ends where a new database begins");
    }
}

#[tokio::test]
async fn limits_and_notes_since_version_2_are_kept() {
    let (newest, _) = newest();
    for version in 2..=newest {
        let database = database_of(version);
        let store = database.open();
        let budget = store.budget(BudgetSubject::Client(Id::from_u128(7))).await.unwrap();
        assert_eq!((budget.used_in_hour, budget.used_in_day), (1, 1));
        assert!(store.token_revoked(7).await.unwrap());
        let answer = store.answer(&realm(), &[7; 32]).await.unwrap().unwrap();
        assert_eq!((answer.request, &*answer.sealed), ([8; 32], &[0, 1, 255][..]));
        assert_eq!(store.uses(&[Id::from_u128(7)]).await.unwrap()[0].count, 7);
        let all = RefusalQuery { limit: 9, ..RefusalQuery::default() };
        assert_eq!(store.refusals(&all).await.unwrap().len(), 2);
        let all = EventQuery { limit: 9, ..EventQuery::default() };
        let events = store.events(&all).await.unwrap();
        assert_eq!(events.len(), 2);
        assert_eq!(store.sequence().await.unwrap(), 2);
        let by = |actor| EventQuery { actor: Some(actor), limit: 9, ..EventQuery::default() };
        let key = Actor::AdminKey("key_1".parse().unwrap());
        assert_eq!(store.events(&by(key)).await.unwrap(), events, "v{version} knows who acted");
        assert!(store.events(&by(Actor::System)).await.unwrap().is_empty());
        assert_eq!(store.spent(7).await.unwrap(), version >= 3);
    }
}

#[tokio::test]
async fn changes_and_places_are_kept_since_version_4() {
    let (newest_version, _) = newest();
    for version in 1..=newest_version {
        let database = database_of(version);
        let store = database.open();
        let newest = store.sequence().await.unwrap();
        let is_kept = version >= 4 || newest == 0;
        let first = store.changes(0, 9).await.unwrap();
        assert_eq!(first.is_some(), is_kept, "v{version}: what was before is not known");
        let taken = if version >= 4 { 7 } else { 0 };
        assert_eq!(store.reserve_status_indexes(&realm(), 2).await.unwrap(), taken);
        let writes = vec![insert(client())];
        let events = vec![event(&Entity::Client(client().into()))];
        let published = store.commit(Batch { writes, events }).await.unwrap().sequence.unwrap();
        assert_eq!(published, newest + 1);
        let since = store.changes(newest, 9).await.unwrap().unwrap();
        assert_eq!(since.iter().map(|it| it.sequence).collect::<Vec<_>>(), [published]);
    }
    let changes = database_of(4).open().changes(0, 9).await.unwrap().unwrap();
    let published: Vec<_> = changes.iter().map(|it| (it.sequence, it.effects.len())).collect();
    assert_eq!(published, [(1, 3), (2, 7)]);
    let effects: Vec<_> = changes.iter().flat_map(|it| &it.effects).copied().collect();
    assert!(effects.contains(&Effect::Token { token: 7, until: None }));
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_database_as_it_was() {
    let database = database_of(1);
    // Makes the second step fail.
    Connection::open(database.file())
        .unwrap()
        .execute_batch("CREATE TABLE refusal (something TEXT) STRICT")
        .unwrap();
    let before = schema(&database.file());
    database.try_open().unwrap_err();
    assert_eq!((schema(&database.file()), pragma(&database.file(), "user_version")), (before, 1));
}

/// Apps could ask for identity scopes that their list does not have. Those whose live connections
/// have such scopes keep them, and no others get any.
#[tokio::test]
async fn apps_of_version_4_list_the_identity_scopes_that_their_connections_have() {
    let database = database_of(4);
    let cases = connected_apps();
    let connection = Connection::open(database.file()).unwrap();
    for (app, grant, _) in &cases {
        let blob = |id: u128| id.to_be_bytes().to_vec();
        let (id, body) = (app.id.as_u128(), Entity::Client(app.clone().into()).to_json().unwrap());
        let sql = "INSERT INTO client (id, realm, version, body) VALUES (?, 'suite', 3, ?)";
        connection.execute(sql, rusqlite::params![blob(id), body]).unwrap();
        let user = grant.user.map(|it| blob(it.as_u128()));
        let body = Entity::Grant(grant.clone().into()).to_json().unwrap();
        let sql = "INSERT INTO \"grant\" (id, realm, client, user, version, body) \
                   VALUES (?, 'suite', ?, ?, 1, ?)";
        let row = rusqlite::params![blob(grant.id.as_u128()), blob(id), user, body];
        connection.execute(sql, row).unwrap();
    }
    drop(connection);
    let store = database.open();
    for (app, _, expected) in cases {
        let key = Key::Id(Kind::Client, app.id.as_u128());
        let stored = store.fetch(&key).await.unwrap().unwrap();
        let changed = expected != app.scopes.to_string();
        assert_eq!(stored.version, Version(if changed { 4 } else { 3 }), "{expected}");
        let expected = domain::Client { scopes: expected.parse().unwrap(), ..app };
        let expected = Entity::Client(expected.into()).to_json().unwrap();
        let text = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
        assert_eq!(text(&stored.entity.to_json().unwrap()), text(&expected));
    }
}
