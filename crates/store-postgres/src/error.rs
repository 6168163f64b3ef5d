//! Converts the database's errors to the errors of the store. Messages carry no values of rows.

use domain::Kind;
use store::{CommitError, Conflict, OpenError, StoreError};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// Why an attempt at a batch ended.
#[derive(Debug)]
pub(crate) enum AttemptError {
    /// A precondition failed.
    Conflict(Conflict),
    /// The database wrote nothing, and a retry of the same may succeed.
    Again(Error),
    /// An event's month has no partition.
    NoPartition,
    /// The connection was lost, and the outcome of the last request is unknown.
    Lost(Error),
    /// The connection was lost before the commit was requested, so nothing was written.
    Undone(Error),
    /// The store failed.
    Store(StoreError),
}

impl From<Error> for AttemptError {
    fn from(error: Error) -> Self {
        match error.code() {
            Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED) => {
                Self::Again(error)
            }
            _ if is_lost(&error) => Self::Lost(error),
            _ => Self::Store(store_error(&error)),
        }
    }
}

impl From<StoreError> for AttemptError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<AttemptError> for CommitError {
    fn from(failure: AttemptError) -> Self {
        match failure {
            AttemptError::Conflict(conflict) => Self::Conflict(conflict),
            failure => Self::Store(failure.into()),
        }
    }
}

impl From<AttemptError> for StoreError {
    fn from(failure: AttemptError) -> Self {
        match failure {
            AttemptError::Conflict(conflict) => Self::Failed(conflict.to_string()),
            AttemptError::Again(error) => Self::Unavailable(format!("too busy: {}", text(&error))),
            AttemptError::NoPartition => Self::Failed("an event's month has no partition".into()),
            AttemptError::Lost(error) | AttemptError::Undone(error) => {
                Self::Unavailable(text(&error))
            }
            AttemptError::Store(error) => error,
        }
    }
}

impl AttemptError {
    /// Converts an error before the commit of a transaction, which ends with its connection.
    pub(crate) fn before_commit(self) -> Self {
        match self {
            Self::Lost(error) => Self::Undone(error),
            other => other,
        }
    }

    /// Converts an error of a statement that writes an entity of `kind`: a taken name is a
    /// conflict.
    pub(crate) fn of_entity(kind: Kind, error: Error) -> Self {
        match error.code() {
            Some(&SqlState::UNIQUE_VIOLATION) => Self::Conflict(Conflict::Exists(kind)),
            _ => error.into(),
        }
    }

    /// Converts an error of the statement that writes events: the partition may be missing.
    pub(crate) fn of_event(error: Error) -> Self {
        match error.code() {
            Some(&SqlState::CHECK_VIOLATION) => Self::NoPartition,
            _ => error.into(),
        }
    }
}

/// Converts an error to one of the two kinds of [`StoreError`], depending on whether a retry may
/// succeed.
pub(crate) fn store_error(error: &Error) -> StoreError {
    if is_temporary(error) {
        StoreError::Unavailable(text(error))
    } else {
        StoreError::Failed(text(error))
    }
}

/// Converts an error while opening.
pub(crate) fn open_error(error: &Error) -> OpenError {
    OpenError::Unreachable(text(error))
}

/// Whether the connection is unusable: it is closed, or the server is about to close it.
fn is_lost(error: &Error) -> bool {
    match error.code() {
        None => !is_ours(error),
        Some(code) => {
            code.code().starts_with("08")
                || matches!(
                    *code,
                    SqlState::ADMIN_SHUTDOWN
                        | SqlState::CRASH_SHUTDOWN
                        | SqlState::CANNOT_CONNECT_NOW
                        | SqlState::IDLE_SESSION_TIMEOUT
                )
        }
    }
}

/// Whether the error is temporary: lost connections, restarts, exhausted resources, time-outs, a
/// read-only standby.
fn is_temporary(error: &Error) -> bool {
    let Some(code) = error.code() else { return !is_ours(error) };
    let class = code.code().get(..2).unwrap_or_default();
    matches!(class, "08" | "53" | "57" | "40")
        || *code == SqlState::LOCK_NOT_AVAILABLE
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
}

/// An error without a code comes from the connection, unless a value did not fit its column.
fn is_ours(error: &Error) -> bool {
    let text = error.to_string();
    text.contains("serializing parameter") || text.contains("deserializing column")
}

/// The error in one line, without the detail, which would quote values.
pub(crate) fn text(error: &Error) -> String {
    use std::error::Error as _;
    match (error.as_db_error(), error.source()) {
        (Some(said), _) => format!("{} ({})", said.message(), said.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}
