//! One SQLite read by key: a connection and a prepared statement for the one serving thread.

use std::cell::RefCell;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Statement, params};

use super::digest::sha256;
use super::fixtures::Fixtures;

/// A stored credential.
pub(super) struct Row {
    pub(super) digest: [u8; 32],
    pub(super) client: String,
    pub(super) scope: String,
    pub(super) expires: i64,
}

thread_local! {
    static LOOK_UP: RefCell<Option<Statement<'static>>> = const { RefCell::new(None) };
}

/// Makes the database that is read.
pub(super) fn create(folder: &Path, fixtures: &Fixtures) -> rusqlite::Result<()> {
    let mut connection = Connection::open(folder.join("read.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute_batch(
        "CREATE TABLE credential (id INTEGER PRIMARY KEY, digest BLOB NOT NULL,
         client TEXT NOT NULL, scope TEXT NOT NULL, expires INTEGER NOT NULL)",
    )?;
    let transaction = connection.transaction()?;
    for (token, (client, _)) in fixtures.tokens.iter().zip(fixtures.clients.iter().cycle()) {
        let Some((row, secret)) = parts(token) else { continue };
        transaction.execute(
            "INSERT INTO credential VALUES (?1, ?2, ?3, 'contacts.read contacts.write', ?4)",
            params![row, sha256(secret), client, 4_102_444_800_i64],
        )?;
    }
    transaction.commit()
}

/// Prepares this thread for [`find`]. The connection lives as long as the process.
pub(super) fn open(folder: &Path) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(folder.join("read.db"), flags)?;
    let connection: &'static Connection = Box::leak(Box::new(connection));
    let sql = "SELECT digest, client, scope, expires FROM credential WHERE id = ?1";
    let statement = connection.prepare(sql)?;
    LOOK_UP.with(|slot| *slot.borrow_mut() = Some(statement));
    Ok(())
}

/// The credential that `id` names.
pub(super) fn find(id: i64) -> Option<Row> {
    LOOK_UP.with(|slot| {
        let mut slot = slot.borrow_mut();
        let row = slot.as_mut()?.query_row([id], |row| {
            let (digest, client) = (row.get(0)?, row.get(1)?);
            Ok(Row { digest, client, scope: row.get(2)?, expires: row.get(3)? })
        });
        row.ok()
    })
}

/// The row and the secret of a presented credential.
pub(super) fn parts(token: &str) -> Option<(i64, &str)> {
    let (row, secret) = token.split_once('.')?;
    Some((row.parse().ok()?, secret))
}
