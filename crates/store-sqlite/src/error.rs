//! Converts SQLite's errors to the errors of the store.

use rusqlite::{Error, ErrorCode};
use store::{OpenError, StoreError};

/// Converts an error of a read or write. Errors that end when there is room or the disk answers
/// again are [`StoreError::Unavailable`].
pub(crate) fn store_error(error: &Error) -> StoreError {
    let passing = matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::OutOfMemory
        )
    );
    if passing {
        StoreError::Unavailable(error.to_string())
    } else {
        StoreError::Failed(error.to_string())
    }
}

/// Converts an error while opening.
pub(crate) fn open_error(error: &Error) -> OpenError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::InUse,
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::OutOfMemory,
        ) => OpenError::Unreachable(error.to_string()),
        _ => OpenError::Damaged(error.to_string()),
    }
}

/// The error for stored data that cannot be read.
pub(crate) fn damaged(what: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(format!("the database holds what it should not: {what}"))
}

/// The result of a read.
pub(crate) type Read<T> = Result<T, StoreError>;

/// Converts SQLite's errors for the `?` operator.
pub(crate) trait OrStoreError<T> {
    fn or_store_error(self) -> Read<T>;
}

impl<T> OrStoreError<T> for rusqlite::Result<T> {
    fn or_store_error(self) -> Read<T> {
        self.map_err(|error| store_error(&error))
    }
}
