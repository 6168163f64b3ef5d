//! Opening: each refused file has its own error and stays unchanged.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod database;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use database::{Database, options, pragma, schema};
use postern_store_sqlite::{OpenOptions, SqliteStore};
use store::OpenError;
use store_suite::samples::{client, insert};

/// A folder with a closed database.
async fn used() -> Database {
    let database = Database::new();
    let store = database.open();
    for _ in 0..100 {
        let writes = vec![insert(client())];
        store::Store::commit(&store, store::Batch { writes, events: vec![] }).await.unwrap();
    }
    store.close();
    database
}

/// Checks that opening fails and changes no byte.
#[track_caller]
fn assert_refused(database: &Database, expected: fn(&OpenError) -> bool) -> OpenError {
    let before = fs::read(database.file()).ok();
    let error = database.try_open().expect_err("refused");
    assert!(expected(&error), "{error:?}");
    assert_eq!(fs::read(database.file()).ok(), before, "the file stays as it was");
    error
}

fn is_damaged(error: &OpenError) -> bool {
    matches!(error, OpenError::Damaged(_))
}

fn is_unreachable(error: &OpenError) -> bool {
    matches!(error, OpenError::Unreachable(_))
}

#[test]
fn a_database_is_created_for_its_owner_alone() {
    let database = Database::new();
    database.open().close();
    database.open().close();
    assert_eq!(pragma(&database.file(), "application_id"), i64::from(i32::from_be_bytes(*b"PSTN")));
    assert_private(&database);
    // An earlier version made the lock with the usual mode.
    for entry in fs::read_dir(database.file().parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "lock") {
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
        }
    }
    let store = database.open();
    assert_private(&database);
    store.close();
}

/// Checks that every file beside the database, and itself, is for its owner alone.
fn assert_private(database: &Database) {
    let mut count = 0;
    for entry in fs::read_dir(database.file().parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        count += 1;
    }
    assert!(count >= 2, "the database and its lock");
}

#[test]
fn an_empty_file_becomes_a_database() {
    let database = Database::new();
    fs::write(database.file(), b"").unwrap();
    database.open().close();
}

#[test]
fn a_creation_that_was_interrupted_is_finished() {
    let (database, whole) = (Database::new(), Database::new());
    let connection = rusqlite::Connection::open(database.file()).unwrap();
    connection.pragma_update(None, "application_id", i32::from_be_bytes(*b"PSTN")).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    drop(connection);
    database.open().close();
    whole.open().close();
    assert_eq!(schema(&database.file()), schema(&whole.file()));
    assert!(matches!(
        SqliteStore::open(database.file(), &OpenOptions { master_fingerprint: "other".into() }),
        Err(OpenError::WrongMasterKey)
    ));
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    for content in [&b"x"[..], b"SQLite format 3\0", &[0xA5; 8192], "{}".repeat(999).as_bytes()] {
        let database = Database::new();
        fs::write(database.file(), content).unwrap();
        assert_refused(&database, is_damaged);
    }
}

#[tokio::test]
async fn a_database_that_was_cut_short_is_refused() {
    let whole = used().await;
    let bytes = fs::read(whole.file()).unwrap();
    assert!(bytes.len() > 100_000);
    for length in [50, 100, 4_096, bytes.len() / 2, bytes.len() - 4_096, bytes.len() - 1] {
        let database = Database::new();
        fs::write(database.file(), &bytes[..length]).unwrap();
        assert_refused(&database, is_damaged);
    }
}

#[tokio::test]
async fn a_database_with_torn_pages_is_refused() {
    let whole = used().await;
    let bytes = fs::read(whole.file()).unwrap();
    for page in [0, 1, 2, bytes.len() / 4_096 / 2] {
        let (database, mut torn) = (Database::new(), bytes.clone());
        let at = page * 4_096 + if page == 0 { 100 } else { 0 };
        torn[at..at + 512].fill(0xEE);
        fs::write(database.file(), torn).unwrap();
        assert_refused(&database, is_damaged);
    }
}

#[test]
fn a_database_of_another_program_is_refused() {
    for application_id in [0, 42] {
        let database = Database::new();
        let connection = rusqlite::Connection::open(database.file()).unwrap();
        connection.pragma_update(None, "application_id", application_id).unwrap();
        connection.execute_batch("CREATE TABLE client (name TEXT)").unwrap();
        drop(connection);
        assert_refused(&database, is_damaged);
    }
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let database = used().await;
    let known = u32::try_from(pragma(&database.file(), "user_version")).unwrap();
    set_pragma(&database.file(), "user_version", known + 1);
    let error = assert_refused(&database, |error| matches!(error, OpenError::Newer { .. }));
    let OpenError::Newer { found, known: newest } = error else { unreachable!() };
    assert_eq!((found, newest), (known + 1, known));
}

#[tokio::test]
async fn a_database_under_another_master_key_is_refused() {
    let database = used().await;
    let other = OpenOptions { master_fingerprint: "other".into() };
    let before = fs::read(database.file()).unwrap();
    let error = SqliteStore::open(database.file(), &other).unwrap_err();
    assert!(matches!(error, OpenError::WrongMasterKey));
    assert_eq!(fs::read(database.file()).unwrap(), before);
    database.open().close();
}

#[test]
fn a_database_in_use_is_refused_until_it_is_free() {
    let database = Database::new();
    let store = database.open();
    assert!(matches!(database.try_open(), Err(OpenError::InUse)));
    store.close();
    database.open().close();
}

#[test]
fn a_place_that_cannot_be_reached_says_so() {
    let database = Database::new();
    fs::create_dir(database.file()).unwrap();
    assert_refused(&database, is_unreachable);
    for path in [database.folder().join("none/postern.db"), "/proc/postern.db".into()] {
        let error = SqliteStore::open(path, &options()).unwrap_err();
        assert!(is_unreachable(&error), "{error:?}");
    }
}

#[test]
fn a_log_without_its_database_is_refused() {
    let database = Database::new();
    let log = database.folder().join("postern.db-wal");
    fs::write(&log, b"what was committed").unwrap();
    assert_refused(&database, is_damaged);
    assert_eq!(fs::read(&log).unwrap(), b"what was committed");
    assert!(!database.file().exists());
}

fn set_pragma(file: &Path, name: &str, value: u32) {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.pragma_update(None, name, value).unwrap();
}
