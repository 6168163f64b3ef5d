//! Reads, each on one connection. What is stored and cannot be read is an error, never a gap.

pub(crate) mod entities;
pub(crate) mod limits;
pub(crate) mod trail;

use store::StoreError;

use crate::error::store_error;

/// What a read gives.
pub(crate) type Read<T> = Result<T, StoreError>;

/// A `?` for SQLite's errors.
pub(crate) trait OrStoreError<T> {
    fn or_store_error(self) -> Read<T>;
}

impl<T> OrStoreError<T> for rusqlite::Result<T> {
    fn or_store_error(self) -> Read<T> {
        self.map_err(|error| store_error(&error))
    }
}
