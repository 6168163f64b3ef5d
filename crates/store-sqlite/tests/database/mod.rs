//! A temporary folder with a database, for one test.

#![allow(dead_code, reason = "each test file uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "this is test code")]

use std::path::{Path, PathBuf};

use postern_store_sqlite::{OpenOptions, SqliteStore};
use store::OpenError;

pub(crate) struct Database(tempfile::TempDir);

pub(crate) fn options() -> OpenOptions {
    OpenOptions { master_fingerprint: "fingerprint".into() }
}

impl Database {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("postern.db")
    }

    pub(crate) fn try_open(&self) -> Result<SqliteStore, OpenError> {
        SqliteStore::open(self.file(), &options())
    }

    pub(crate) fn open(&self) -> SqliteStore {
        self.try_open().unwrap()
    }

    /// The size of the database and its log together, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        let length =
            |name: &str| std::fs::metadata(self.folder().join(name)).map_or(0, |it| it.len());
        length("postern.db") + length("postern.db-wal")
    }
}

/// The tables and indexes of a database, by name.
pub(crate) fn schema(file: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).unwrap();
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The value of a pragma of the database.
pub(crate) fn pragma(file: &Path, name: &str) -> i64 {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
}
