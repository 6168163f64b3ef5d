//! What the writer is asked, and what it answers.

use domain::{RealmName, Use};
use store::{CommitError, Committed, Conflict, StoreError};
use tokio::sync::oneshot;

use crate::error::store_error;
use crate::event_month::EventMonth;
use crate::prepared::{Prepared, RefusalRow};

/// A request to the writer.
pub(crate) enum Work {
    Batch(Prepared),
    Uses(Vec<Use>),
    Refusals(Vec<RefusalRow>),
    DropEventsBefore(EventMonth),
    StatusIndexes(RealmName, u32),
}

/// The result of a request.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) committed: Committed,
    /// The last sequence number that it took, for an event or for a change without one.
    pub(crate) newest: Option<u64>,
    /// The first of the status indexes that it reserved.
    pub(crate) first_status_index: Option<u32>,
}

pub(super) type Reply = Result<Written, CommitError>;

pub(super) struct Request {
    pub(super) work: Work,
    pub(super) reply: oneshot::Sender<Reply>,
}

/// Why a request was not written.
pub(super) enum WriteError {
    Conflict(Conflict),
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<WriteError> for CommitError {
    fn from(failure: WriteError) -> Self {
        match failure {
            WriteError::Conflict(conflict) => conflict.into(),
            WriteError::Sqlite(error) => store_error(&error).into(),
            WriteError::Store(error) => error.into(),
        }
    }
}
