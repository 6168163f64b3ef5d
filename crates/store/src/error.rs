//! The errors of a store.

use domain::{BudgetState, Kind};

/// A precondition failed. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The id, public id or handle of an inserted entity is taken.
    #[error("a {} with this name exists", .0.as_str())]
    Exists(Kind),
    /// An entity does not exist, or is not at the expected version.
    #[error("the {} was changed meanwhile", .0.as_str())]
    Changed(Kind),
    /// A limit of a budget is reached.
    #[error("the budget is spent")]
    BudgetSpent {
        /// Index into the batch's writes.
        write: usize,
        /// The state of the budget.
        state: BudgetState,
    },
    /// What may be used once was used before.
    #[error("this was used before")]
    Spent,
    /// An answer is stored under this idempotency key.
    #[error("this idempotency key has an answer")]
    Answered,
}

/// A commit that wrote nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// A precondition failed. The caller reads and decides again.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A technical error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be reached now. A retry may succeed.
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// The store failed or holds invalid data. A retry does not help.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// The store cannot be opened. Nothing was overwritten.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer program wrote the database.
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
    /// The file or database is damaged or was not made by this program.
    #[error("the database is damaged or not ours: {0}")]
    Damaged(String),
    /// Another process has opened it.
    #[error("the database is in use by another process")]
    InUse,
    /// The store was sealed under another master key.
    #[error("the database belongs to another master key")]
    WrongMasterKey,
    /// The file or server cannot be read, written or reached.
    #[error("the database cannot be opened: {0}")]
    Unreachable(String),
}
