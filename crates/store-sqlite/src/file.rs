//! Checks the file before SQLite opens it: whether it is ours, whether it is complete, whether
//! another process uses it.
//!
//! Invariant: this module does not write to a database. A file that is not ours stays unchanged.

use std::fs::{self, File, Permissions, TryLockError};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use store::OpenError;

use crate::error::open_error;

/// The application id in the header of our databases: "PSTN".
pub(crate) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"PSTN");

/// <https://sqlite.org/fileformat.html>, section 1.3.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const APPLICATION_ID_AT: usize = 68;

/// The mode of our files: they are readable and writable for their owner only.
const PRIVATE: u32 = 0o600;

/// What was found at the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    OurDatabase,
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn unreachable(path: &Path, error: &std::io::Error) -> OpenError {
    OpenError::Unreachable(format!("{}: {error}", path.display()))
}

/// Locks the database for this process until the file is dropped. Only its owner may open the file:
/// whoever can open it can hold the lock.
pub(crate) fn lock(path: &Path) -> Result<File, OpenError> {
    let path = beside(path, ".lock");
    let mut options = File::options();
    options.write(true).create(true).truncate(false).mode(PRIVATE);
    let file = options.open(&path).map_err(|error| unreachable(&path, &error))?;
    // An earlier version made it readable for others. If it belongs to another user, it stays as it is.
    let _ = file.set_permissions(Permissions::from_mode(PRIVATE));
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse),
        Err(TryLockError::Error(error)) => Err(unreachable(&path, &error)),
    }
}

/// Examines the path without changing anything.
pub(crate) fn examine(path: &Path) -> Result<Found, OpenError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return nothing(path),
        Err(error) => return Err(unreachable(path, &error)),
    };
    let metadata = file.metadata().map_err(|error| unreachable(path, &error))?;
    if metadata.is_dir() {
        return Err(OpenError::Unreachable(format!("{} is a folder", path.display())));
    }
    if metadata.len() == 0 {
        return nothing(path);
    }
    let mut header = [0; 100];
    if file.read_exact(&mut header).is_err() || !header.starts_with(MAGIC) {
        return Err(OpenError::Damaged(format!("{} is no SQLite database", path.display())));
    }
    let id = header.get(APPLICATION_ID_AT..).and_then(|rest| rest.first_chunk()).copied();
    match id.map(i32::from_be_bytes) {
        Some(APPLICATION_ID) => Ok(Found::OurDatabase),
        _ if is_empty_database(path)? => Ok(Found::Nothing),
        _ => Err(OpenError::Damaged(format!("{} belongs to another program", path.display()))),
    }
}

/// There is no database. If a log exists, the database was lost; SQLite would delete the log, so
/// this is an error.
fn nothing(path: &Path) -> Result<Found, OpenError> {
    let log = beside(path, "-wal");
    match fs::metadata(&log) {
        Ok(metadata) if metadata.len() > 0 => Err(OpenError::Damaged(format!(
            "{} is there, but the database it belongs to is not",
            log.display()
        ))),
        _ => Ok(Found::Nothing),
    }
}

fn is_empty_database(path: &Path) -> Result<bool, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let count = Connection::open_with_flags(path, flags)
        .and_then(|it| it.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)));
    count.map(|count: i64| count == 0).map_err(|error| open_error(&error))
}

/// Creates an empty file that only its owner can read. SQLite gives its log the same permissions.
pub(crate) fn create(path: &Path) -> Result<(), OpenError> {
    let mut options = File::options();
    options.write(true).create(true).truncate(false).mode(PRIVATE);
    options.open(path).map(drop).map_err(|error| unreachable(path, &error))
}

/// Whether the file is as long as its header says. SQLite notices missing pages when it reads them;
/// this notices them at once. The log must have been checkpointed.
pub(crate) fn is_whole(path: &Path, connection: &Connection) -> Result<bool, OpenError> {
    let pragma = |name| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map(i64::cast_unsigned)
            .map_err(|error| open_error(&error))
    };
    let page = pragma("page_size")?.max(1);
    let expected = pragma("page_count")?.saturating_mul(page);
    let metadata = fs::metadata(path).map_err(|error| unreachable(path, &error))?;
    Ok(metadata.len() >= expected && metadata.len().is_multiple_of(page))
}
