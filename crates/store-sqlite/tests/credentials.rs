//! Credentials that an earlier program wrote: a database with every kind is opened, listed, read and
//! written; and a row that does not fit its kind spoils no list.

#![allow(clippy::unwrap_used, clippy::panic, reason = "this is test code")]

mod database;

use database::Database;
use domain::{CredentialKind, Entity, Kind, Owners};
use rusqlite::Connection;
use store::{Batch, Key, ListQuery, Store, StoreError, StoreReader as _, Write};

/// The database of a demo, as the program left it before credentials had a detail per kind: the rows
/// of other tables are left out.
const DATABASE: &str = include_str!("fixtures/credentials.sql");

const REALMS: [&str; 5] = ["speculo", "spendesk", "spiko", "fyma", "speckle"];

fn earlier() -> (Database, Connection) {
    let database = Database::new();
    let connection = Connection::open(database.file()).unwrap();
    connection.execute_batch(DATABASE).unwrap();
    (database, connection)
}

/// Identifier and body of each credential, read without the store.
fn bodies(connection: &Connection) -> Vec<(u128, String)> {
    let mut rows = connection.prepare("SELECT id, body FROM credential ORDER BY id").unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((u128::from_be_bytes(row.get(0)?), row.get(1)?));
    rows.query_map([], row).unwrap().map(Result::unwrap).collect()
}

/// The bodies that lists of every kind in every realm give, by identifier.
async fn listed(store: &dyn Store, limit: usize) -> Vec<(u128, String)> {
    let mut found = Vec::new();
    for (realm, kind) in REALMS.iter().flat_map(|it| CredentialKind::ALL.map(|kind| (it, kind))) {
        let owners = Owners { variety: Some(kind.as_str()), ..Owners::default() };
        let realm = realm.parse().unwrap();
        let mut query = ListQuery { kind: Kind::Credential, realm, owners, after: None, limit };
        loop {
            let page = store.list(&query).await.unwrap();
            found.extend(page.iter().map(|it| (it.entity.id(), it.entity.to_json().unwrap())));
            for stored in &page {
                let Entity::Credential(it) = &stored.entity else { panic!("{stored:?}") };
                assert_eq!(it.kind(), kind);
            }
            match page.last() {
                Some(last) if page.len() == limit => query.after = Some(last.entity.id()),
                _ => break,
            }
        }
    }
    found.sort_unstable();
    found
}

#[tokio::test]
async fn an_earlier_database_is_listed_read_and_written_back_as_it_was() {
    let (database, connection) = earlier();
    let before = bodies(&connection);
    drop(connection);
    let store = database.open();
    for limit in [1, 200] {
        assert_eq!(listed(&store, limit).await, before);
    }
    for (id, body) in &before {
        let stored = store.fetch(&Key::Id(Kind::Credential, *id)).await.unwrap().unwrap();
        assert_eq!(stored.entity.to_json().unwrap(), *body);
        let write = Write::Replace { entity: stored.entity, expected: stored.version };
        store.commit(Batch { writes: vec![write], events: vec![] }).await.unwrap();
    }
    store.close();
    assert_eq!(bodies(&Connection::open(database.file()).unwrap()), before);
}

#[tokio::test]
async fn a_row_that_does_not_fit_its_kind_is_an_error_and_spoils_no_list() {
    let (database, connection) = earlier();
    let mut expected = bodies(&connection);
    // The first two of their list: a page must go on behind them.
    let damaged: Vec<u128> = {
        let sql = "SELECT id FROM credential WHERE realm = 'spiko' AND variety = 'refresh_token'
                   ORDER BY id LIMIT 2";
        let mut rows = connection.prepare(sql).unwrap();
        let ids = rows.query_map([], |row| Ok(u128::from_be_bytes(row.get(0)?))).unwrap();
        ids.map(Result::unwrap).collect()
    };
    for id in &damaged {
        let sql = "UPDATE credential SET body = json_set(body, '$.client', NULL) WHERE id = ?1";
        connection.execute(sql, [id.to_be_bytes()]).unwrap();
    }
    drop(connection);
    expected.retain(|(id, _)| !damaged.contains(id));
    let store = database.open();
    for limit in [1, 2, 200] {
        assert_eq!(listed(&store, limit).await, expected);
    }
    for id in damaged {
        let named = base::Id::<()>::from_u128(id).to_string();
        for error in [
            store.fetch(&Key::Id(Kind::Credential, id)).await.unwrap_err(),
            store.scan(Kind::Credential, Some(id - 1), 1).await.unwrap_err(),
        ] {
            let StoreError::Failed(text) = &error else { panic!("{error}") };
            assert!(text.contains(&named), "{text}");
            assert!(text.contains("refresh_token: \"client\" is missing"), "{text}");
        }
    }
}
