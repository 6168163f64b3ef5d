//! Opening: what is refused, by its own error, and stays as it was.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod place;

use std::fs;
use std::path::Path;

use place::{Place, options, pragma, schema};
use postern_store_sqlite::{OpenOptions, SqliteStore};
use store::OpenError;
use store_suite::samples::{client, insert};

/// A place with a database of ours, closed.
async fn used() -> Place {
    let place = Place::new();
    let store = place.open();
    for _ in 0..100 {
        let writes = vec![insert(client())];
        store::Store::commit(&store, store::Batch { writes, events: vec![] }).await.unwrap();
    }
    store.close();
    place
}

/// Opening fails and changes no byte.
#[track_caller]
fn assert_refused(place: &Place, expected: fn(&OpenError) -> bool) -> OpenError {
    let before = fs::read(place.file()).ok();
    let error = place.try_open().expect_err("refused");
    assert!(expected(&error), "{error:?}");
    assert_eq!(fs::read(place.file()).ok(), before, "the file stays as it was");
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
    let place = Place::new();
    place.open().close();
    place.open().close();
    assert_eq!(pragma(&place.file(), "application_id"), i64::from(i32::from_be_bytes(*b"PSTN")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(place.file()).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn an_empty_file_becomes_a_database() {
    let place = Place::new();
    fs::write(place.file(), b"").unwrap();
    place.open().close();
}

#[test]
fn a_creation_that_was_interrupted_is_finished() {
    let (place, whole) = (Place::new(), Place::new());
    let connection = rusqlite::Connection::open(place.file()).unwrap();
    connection.pragma_update(None, "application_id", i32::from_be_bytes(*b"PSTN")).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    drop(connection);
    place.open().close();
    whole.open().close();
    assert_eq!(schema(&place.file()), schema(&whole.file()));
    assert!(matches!(
        SqliteStore::open(place.file(), &OpenOptions { master_fingerprint: "other".into() }),
        Err(OpenError::WrongMasterKey)
    ));
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    for content in [&b"x"[..], b"SQLite format 3\0", &[0xA5; 8192], "{}".repeat(999).as_bytes()] {
        let place = Place::new();
        fs::write(place.file(), content).unwrap();
        assert_refused(&place, is_damaged);
    }
}

#[tokio::test]
async fn a_database_that_was_cut_short_is_refused() {
    let whole = used().await;
    let bytes = fs::read(whole.file()).unwrap();
    assert!(bytes.len() > 100_000);
    for length in [50, 100, 4_096, bytes.len() / 2, bytes.len() - 4_096, bytes.len() - 1] {
        let place = Place::new();
        fs::write(place.file(), &bytes[..length]).unwrap();
        assert_refused(&place, is_damaged);
    }
}

#[tokio::test]
async fn a_database_with_torn_pages_is_refused() {
    let whole = used().await;
    let bytes = fs::read(whole.file()).unwrap();
    for page in [0, 1, 2, bytes.len() / 4_096 / 2] {
        let (place, mut torn) = (Place::new(), bytes.clone());
        let at = page * 4_096 + if page == 0 { 100 } else { 0 };
        torn[at..at + 512].fill(0xEE);
        fs::write(place.file(), torn).unwrap();
        assert_refused(&place, is_damaged);
    }
}

#[test]
fn a_database_of_another_program_is_refused() {
    for application_id in [0, 42] {
        let place = Place::new();
        let connection = rusqlite::Connection::open(place.file()).unwrap();
        connection.pragma_update(None, "application_id", application_id).unwrap();
        connection.execute_batch("CREATE TABLE client (name TEXT)").unwrap();
        drop(connection);
        assert_refused(&place, is_damaged);
    }
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let place = used().await;
    let known = u32::try_from(pragma(&place.file(), "user_version")).unwrap();
    set_pragma(&place.file(), "user_version", known + 1);
    let error = assert_refused(&place, |error| matches!(error, OpenError::Newer { .. }));
    let OpenError::Newer { found, known: newest } = error else { unreachable!() };
    assert_eq!((found, newest), (known + 1, known));
}

#[tokio::test]
async fn a_database_under_another_master_key_is_refused() {
    let place = used().await;
    let other = OpenOptions { master_fingerprint: "other".into() };
    let before = fs::read(place.file()).unwrap();
    let error = SqliteStore::open(place.file(), &other).unwrap_err();
    assert!(matches!(error, OpenError::WrongMasterKey));
    assert_eq!(fs::read(place.file()).unwrap(), before);
    place.open().close();
}

#[test]
fn a_database_in_use_is_refused_until_it_is_free() {
    let place = Place::new();
    let store = place.open();
    assert!(matches!(place.try_open(), Err(OpenError::InUse)));
    store.close();
    place.open().close();
}

#[test]
fn a_place_that_cannot_be_reached_says_so() {
    let place = Place::new();
    fs::create_dir(place.file()).unwrap();
    assert_refused(&place, is_unreachable);
    for path in [place.folder().join("none/postern.db"), "/proc/postern.db".into()] {
        let error = SqliteStore::open(path, &options()).unwrap_err();
        assert!(is_unreachable(&error), "{error:?}");
    }
}

#[test]
fn a_log_without_its_database_is_refused() {
    let place = Place::new();
    let log = place.folder().join("postern.db-wal");
    fs::write(&log, b"what was committed").unwrap();
    assert_refused(&place, is_damaged);
    assert_eq!(fs::read(&log).unwrap(), b"what was committed");
    assert!(!place.file().exists());
}

fn set_pragma(file: &Path, name: &str, value: u32) {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.pragma_update(None, name, value).unwrap();
}
