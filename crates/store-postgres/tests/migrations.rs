//! Migrations from every earlier version: rows of that version, in its schema, are opened,
//! migrated, read and written.
//!
//! A new migration is added here, with rows as the version it leads to writes them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "this is test code"
)]

mod database;

use base::digest::sha256;
use base::encoding::base64url;
use database::Database;
use domain::{Actor, BudgetSubject, Entity, Kind};
use store::{
    Batch, Effect, EventQuery, Key, RefusalQuery, Store, StoreReader as _, Version, Write,
};
use store_suite::samples::{client, connected_apps, event, insert, realm};

/// A released migration, and rows of the version it leads to.
struct Step {
    schema: &'static str,
    digest: &'static str,
    rows: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        schema: include_str!("../migrations/0001-entities.sql"),
        digest: "eOWepuLcouFC_3mPe45fTsOTEcTg2ax3BREJKzGhDJU",
        rows: include_str!("fixtures/v1.sql"),
    },
    Step {
        schema: include_str!("../migrations/0002-limits-and-notes.sql"),
        digest: "0Y7TbjFp3F4TnTRzDHVFGeatq1IC2-SDv_qBPgKAx30",
        rows: include_str!("fixtures/v2.sql"),
    },
    Step {
        schema: include_str!("../migrations/0003-people.sql"),
        digest: "XbOw8V3Q2nN4HTgEIKLXGykx07IHIyfqsKBbuu30MY8",
        rows: include_str!("fixtures/v3.sql"),
    },
    Step {
        schema: include_str!("../migrations/0004-changes-and-places.sql"),
        digest: "5CKzfqAGPG03xuDRVZ6LdwOlxOAe3nooiYqVoC_D2KY",
        rows: include_str!("fixtures/v4.sql"),
    },
    Step {
        schema: include_str!("../migrations/0005-identity-scopes-of-apps.sql"),
        digest: "3SJc5b7WiyEiS9eG3lEXbQcN9WaYwdp4KTR-EGyazmc",
        rows: include_str!("fixtures/v5.sql"),
    },
];

#[test]
fn released_migrations_are_frozen() {
    for (index, step) in STEPS.iter().enumerate() {
        let digest = base64url(sha256(step.schema.as_bytes()));
        assert_eq!(digest, step.digest, "migration {}", index + 1);
    }
}

/// A database as `version` left it.
async fn database_of(version: usize) -> Database {
    let database = Database::new().await;
    let connection = database.connect().await;
    for step in &STEPS[..version] {
        connection.batch_execute(step.schema).await.unwrap();
    }
    connection.batch_execute(STEPS[version - 1].rows).await.unwrap();
    database
}

/// The kinds in that version. Accounts and access requests came with version 3.
fn kinds(version: usize) -> impl Iterator<Item = Kind> {
    let is_new = move |kind: &Kind| matches!(kind, Kind::Account | Kind::AccessRequest);
    Kind::ALL.into_iter().filter(move |kind| version >= 3 || !is_new(kind))
}

/// The rows of a kind in the database, read without the store.
async fn bodies(database: &Database, kind: Kind) -> Vec<(String, i64, String)> {
    let sql = format!("SELECT id::text, version, body::text FROM \"{}\"", kind.as_str());
    let rows = database.connect().await.query(&sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

/// Columns and indexes, without those of partitions.
async fn schema(database: &Database) -> Vec<String> {
    let sql = "
        SELECT format('%s %s %s', table_name, column_name, data_type)
        FROM information_schema.columns WHERE table_schema = current_schema()
        UNION ALL SELECT replace(indexdef, current_schema(), '')
        FROM pg_indexes WHERE schemaname = current_schema()";
    let rows = database.connect().await.query(sql, &[]).await.unwrap();
    let mut schema: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    schema.retain(|line| !line.contains("event_2"));
    schema.sort();
    schema
}

#[tokio::test]
async fn every_earlier_version_is_brought_forward() {
    let new = Database::new().await;
    drop(new.open().await);
    let (newest, schema_of_new) = (STEPS.len(), schema(&new).await);
    for version in 1..=newest {
        let database = database_of(version).await;
        let store = database.open().await;
        for kind in kinds(version) {
            let rows = bodies(&database, kind).await;
            assert!(!rows.is_empty(), "v{version} has no {}", kind.as_str());
            for (id, row_version, body) in rows {
                let id = u128::from_str_radix(&id.replace('-', ""), 16).unwrap();
                let stored = store.fetch(&Key::Id(kind, id)).await.unwrap().unwrap();
                assert_eq!(stored.version, Version(row_version.cast_unsigned()));
                let expected = Entity::from_json(kind, &body).unwrap();
                assert_eq!(stored.entity.to_json().unwrap(), expected.to_json().unwrap());
                let write = Write::Replace { entity: stored.entity, expected: stored.version };
                store.commit(Batch { writes: vec![write], events: vec![] }).await.unwrap();
            }
        }
        let events = vec![event(&Entity::Client(client().into()))];
        let writes = vec![insert(client())];
        assert!(store.commit(Batch { writes, events }).await.unwrap().sequence.is_some());
        let note = "SELECT value FROM meta WHERE name = 'schema_version'";
        let row = database.connect().await.query_one(note, &[]).await.unwrap();
        assert_eq!(row.get::<_, String>(0), newest.to_string());
        assert_eq!(
            schema(&database).await,
            schema_of_new,
            "v{version} ends where a new one begins"
        );
    }
}

#[tokio::test]
async fn limits_and_notes_since_version_2_are_read() {
    limits_and_notes(2, 7).await;
    for version in 3..=STEPS.len() {
        limits_and_notes(version, 9).await;
        let database = database_of(version).await;
        let store = database.open().await;
        assert!(store.spent(80).await.unwrap());
        assert!(!store.spent(81).await.unwrap());
    }
}

#[tokio::test]
async fn changes_and_places_are_kept_since_version_4() {
    for version in 1..=STEPS.len() {
        let database = database_of(version).await;
        let store = database.open().await;
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
    let changes = database_of(4).await.open().await.changes(0, 9).await.unwrap().unwrap();
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    let published = change.effects.iter().filter(|it| matches!(it, Effect::Entity { .. })).count();
    assert_eq!((change.sequence, published), (9, Kind::ALL.len()));
    assert!(change.effects.contains(&Effect::Token { token: 78, until: None }));
}

async fn limits_and_notes(version: usize, newest: u64) {
    let database = database_of(version).await;
    let store = database.open().await;
    let spent = store.budget(BudgetSubject::Client(base::Id::from_u128(77))).await.unwrap();
    assert_eq!((spent.used_in_hour, spent.used_in_day), (1, 1));
    assert!(store.token_revoked(78).await.unwrap());
    assert_eq!(store.revoked_tokens(1).await.unwrap(), Some(vec![(78, None)]));
    assert_eq!(store.revoked_tokens(0).await.unwrap(), None);
    let answer = store.answer(&realm(), &[7; 32]).await.unwrap().unwrap();
    assert_eq!((answer.request, answer.sealed), ([8; 32], vec![9]));
    assert_eq!(store.uses(&[base::Id::from_u128(79)]).await.unwrap()[0].count, 3);
    let events = store.events(&EventQuery { limit: 99, ..EventQuery::default() }).await.unwrap();
    assert!(events.iter().map(|event| event.sequence).eq(1..=newest));
    assert_eq!(store.sequence().await.unwrap(), newest);
    let actor = Some(Actor::AdminKey("key_1".parse().unwrap()));
    let by_key = EventQuery { actor, limit: 99, ..EventQuery::default() };
    assert_eq!(store.events(&by_key).await.unwrap(), events, "v{version} knows who acted");
    let actor = Some(Actor::System);
    let by_nobody = EventQuery { actor, limit: 99, ..EventQuery::default() };
    assert!(store.events(&by_nobody).await.unwrap().is_empty());
    let refusals = RefusalQuery { limit: 9, ..RefusalQuery::default() };
    let refusals = store.refusals(&refusals).await.unwrap();
    let ids: Vec<&str> = refusals.iter().map(|refusal| refusal.request_id.as_str()).collect();
    assert_eq!(ids, ["req_named_2", "req_nameless_1"]);
}

/// Apps could ask for identity scopes that their list does not have. Those whose live connections
/// have such scopes keep them, and no others get any.
#[tokio::test]
async fn apps_of_version_4_list_the_identity_scopes_that_their_connections_have() {
    let database = database_of(4).await;
    let cases = connected_apps();
    let connection = database.connect().await;
    for (app, grant, _) in &cases {
        let uuid = |id: u128| format!("{id:032x}");
        let (id, body) = (app.id.as_u128(), Entity::Client(app.clone().into()).to_json().unwrap());
        let sql = "INSERT INTO client (id, realm, version, body) \
                   VALUES ($1::text::uuid, 'suite', 3, $2::text::json)";
        connection.execute(sql, &[&uuid(id), &body]).await.unwrap();
        let user = grant.user.map(|it| uuid(it.as_u128()));
        let body = Entity::Grant(grant.clone().into()).to_json().unwrap();
        let sql = "INSERT INTO \"grant\" (id, realm, client, user_id, version, body) \
                   VALUES ($1::text::uuid, 'suite', $2::text::uuid, $3::text::uuid, 1, $4::text::json)";
        let row = [&uuid(grant.id.as_u128()), &uuid(id)];
        connection.execute(sql, &[row[0], row[1], &user, &body]).await.unwrap();
    }
    drop(connection);
    let store = database.open().await;
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
