//! Opens a database: checks that it is ours, complete, and of a known version; then migrates it.
//!
//! Invariant: after an error, nothing was overwritten.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use store::OpenError;

use crate::error::open_error;
use crate::file::{self, APPLICATION_ID, Found};
use crate::migrations;

/// The options for opening a database.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// [`base::MasterKey::fingerprint`] of the key under which the contents are sealed and
    /// digested. A new database stores it; an existing one must have the same.
    pub master_fingerprint: String,
}

/// An open database: the connection for writing, and the lock against other processes.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) lock: File,
}

/// Databases up to this size are checked completely when they are opened (about a millisecond per
/// mebibyte). For larger ones, only header and length are checked.
const FULL_CHECK_LIMIT: u64 = 16 << 20;

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, OpenError> {
    let lock = file::lock(path)?;
    let found = file::examine(path)?;
    if found == Found::Nothing {
        file::create(path)?;
    }
    let mut connection =
        connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| open_error(&error))?;
    if connection.is_readonly("main").map_err(|error| open_error(&error))? {
        return Err(OpenError::Unreachable(format!("{} is read-only", path.display())));
    }
    if found == Found::OurDatabase {
        check(path, &connection, options)?;
    }
    prepare(&mut connection, found, options).map_err(|error| open_error(&error))?;
    Ok(Opened { connection, lock })
}

/// Opens a connection with the settings that writer and readers need.
pub(crate) fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Checks an existing database of ours: its version, its master key, and that it is complete.
fn check(path: &Path, connection: &Connection, options: &OpenOptions) -> Result<(), OpenError> {
    let refused = |error: rusqlite::Error| open_error(&error);
    let found = migrations::version(connection).map_err(refused)?;
    let known = migrations::NEWEST;
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    if found > 0 {
        let fingerprint: Option<String> = connection
            .query_row("SELECT value FROM meta WHERE name = 'master_fingerprint'", [], |row| {
                row.get(0)
            })
            .optional()
            .map_err(refused)?;
        match fingerprint {
            Some(fingerprint) if fingerprint == options.master_fingerprint => {}
            Some(_) => return Err(OpenError::WrongMasterKey),
            None => return Err(OpenError::Damaged("it names no master key".into())),
        }
    }
    checkpoint(connection).map_err(refused)?;
    if !file::is_whole(path, connection)? {
        return Err(OpenError::Damaged(format!("{} is cut short", path.display())));
    }
    let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if length <= FULL_CHECK_LIMIT {
        let verdict: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(refused)?;
        if verdict != "ok" {
            return Err(OpenError::Damaged(verdict));
        }
    }
    Ok(())
}

fn prepare(
    connection: &mut Connection,
    found: Found,
    options: &OpenOptions,
) -> rusqlite::Result<()> {
    if found == Found::Nothing {
        // This comes before the log exists, because the id is read from the file itself.
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // The log is checkpointed every 1000 pages and then reused from its start. If a burst made it
    // longer, the excess is truncated.
    connection.pragma_update(None, "wal_autocheckpoint", 1000)?;
    connection.pragma_update(None, "journal_size_limit", 8 << 20)?;
    connection.pragma_update(None, "cache_size", -8_192)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    migrations::migrate(connection, |transaction| {
        transaction.execute(
            "INSERT INTO meta (name, value) VALUES ('master_fingerprint', ?1)",
            [&options.master_fingerprint],
        )?;
        Ok(())
    })
}

/// Checkpoints the whole log and empties it.
pub(crate) fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
