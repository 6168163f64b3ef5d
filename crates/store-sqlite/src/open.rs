//! Opening: refuse what is not ours, whole, and of a known version; then migrate forward.
//!
//! Invariant: an error means that nothing was overwritten.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use store::OpenError;

use crate::error::open_error;
use crate::file::{self, APPLICATION_ID, Found};
use crate::migrations;

/// What a database is opened with.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// [`base::MasterKey::fingerprint`] of the key that its contents are sealed and digested
    /// under. A new database remembers it; an existing one must have the same.
    pub master_fingerprint: String,
}

/// An open database: the connection to write with, and the lock that keeps others out.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) lock: File,
}

/// Databases up to this size are checked whole when they are opened (about a millisecond a
/// mebibyte); larger ones by their header and length, and page by page as they are read.
const CHECKED_WHOLE: u64 = 16 << 20;

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

/// A connection with what both the writer and the readers need.
pub(crate) fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Whether an existing database of ours is of a known version, of this master key, and whole.
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
    if length <= CHECKED_WHOLE {
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
        // Before the log exists, so that it is in the file itself: that is where it is looked for.
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // The log is written back each 1000 pages and then used again from its start; what a burst made
    // it grow beyond this is cut off.
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

/// Writes the whole log back and empties it.
pub(crate) fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
