//! What can go wrong in a store.

use domain::{BudgetState, Kind};

/// A precondition that did not hold. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// An inserted entity's id, public id or handle is taken.
    #[error("a {} with this name exists", .0.as_str())]
    Exists(Kind),
    /// An entity is not at the expected version, or is not there.
    #[error("the {} was changed meanwhile", .0.as_str())]
    Changed(Kind),
    /// A budget is spent.
    #[error("the budget is spent")]
    BudgetSpent {
        /// Index into the batch's writes.
        write: usize,
        /// The state that forbids it.
        state: BudgetState,
    },
    /// What may be used once was used before.
    #[error("this was used before")]
    Spent,
    /// An answer is remembered under this idempotency key.
    #[error("this idempotency key has an answer")]
    Answered,
}

/// A commit that wrote nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// A precondition did not hold: read again, decide again.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached at present; another try may succeed.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// It failed, or holds what it should not; another try will not help.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// A store that cannot be opened. Nothing was overwritten.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Written by a newer program.
    #[error(
        "the database has schema version {found}, but this program knows versions up to {known}: \
         it was written by a newer program"
    )]
    Newer {
        /// The version found.
        found: u32,
        /// The newest version known.
        known: u32,
    },
    /// Not a database of ours, or broken.
    #[error("the database is damaged or not ours: {0}")]
    Damaged(String),
    /// Another process has it.
    #[error("the database is in use by another process")]
    InUse,
    /// Sealed under another master key.
    #[error("the database belongs to another master key")]
    WrongMasterKey,
    /// The place cannot be read, written or reached.
    #[error("the database cannot be opened: {0}")]
    Unreachable(String),
}
