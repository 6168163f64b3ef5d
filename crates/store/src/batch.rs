//! Writes as data: a batch, its writes and their preconditions.

use base::Timestamp;
use domain::{BudgetLimits, BudgetState, BudgetSubject, Entity, EventDraft, RealmName};

use crate::Version;

/// Writes that commit together or not at all, with the events that describe them.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The writes, in order.
    pub writes: Vec<Write>,
    /// The entries for the audit trail and the change feed. Empty for writes that are use rather
    /// than change, such as spending a budget.
    pub events: Vec<EventDraft>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the batch has no writes.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.events.is_empty()
    }
}

/// One write and its precondition.
#[derive(Clone, Debug)]
pub enum Write {
    /// Inserts a new entity. Precondition: its id, public id and handle are free (the latter two
    /// among its kind in its realm), else [`crate::Conflict::Exists`].
    Insert(Entity),
    /// Replaces an entity by a new state. Preconditions: its version is `expected`, else
    /// [`crate::Conflict::Changed`]; a changed public id or handle is free.
    Replace {
        /// The new state.
        entity: Entity,
        /// The version that the decision was based on.
        expected: Version,
    },
    /// Removes an entity that nothing can be done with any more: a revoked or expired credential or
    /// its grant. Its identifier is never used again. What is noted of the use of a credential goes
    /// with it. Precondition: its version is `expected`, else [`crate::Conflict::Changed`].
    Remove {
        /// Its last state.
        entity: Entity,
        /// The version that the decision was based on.
        expected: Version,
    },
    /// Counts one token as in [`BudgetState::spend`]. Precondition: no limit is reached, else
    /// [`crate::Conflict::BudgetSpent`].
    SpendBudget {
        /// The budget's client or organization.
        subject: BudgetSubject,
        /// The limits at the time of the decision.
        limits: BudgetLimits,
        /// The time of the decision.
        now: Timestamp,
    },
    /// Revokes one access token. The entry is kept until `until`, when the token would have
    /// expired; `None`: forever. Revoking twice is no conflict. Entries whose time has passed at
    /// `now` are deleted during the commit.
    RevokeToken {
        /// The token's `jti`.
        token: u128,
        /// When the token would have expired.
        until: Option<Timestamp>,
        /// The time of the decision.
        now: Timestamp,
    },
    /// Marks something as used that may be used once, such as an authorization code. The entry is
    /// kept until `until`, when it would expire. Entries whose time has passed at `now` are
    /// deleted during the commit. Precondition: it was not used before, else
    /// [`crate::Conflict::Spent`].
    SpendOnce {
        /// The identifier of what is used.
        id: u128,
        /// When it would expire.
        until: Timestamp,
        /// The time of the decision.
        now: Timestamp,
    },
    /// Takes the next sequence number and changes nothing: what was known before is then under a smaller
    /// number than the newest.
    TakeNumber,
    /// Stores the answer to a request with an idempotency key. Precondition: no unexpired answer is
    /// stored under the key, else [`crate::Conflict::Answered`].
    Remember(IdempotencyRecord),
}

/// The remembered answer to a request with an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// The realm.
    pub realm: RealmName,
    /// Digest of the caller and their key.
    pub key: [u8; 32],
    /// Digest of the request. It shows when another request has the same key.
    pub request: [u8; 32],
    /// The sealed answer, because it may hold a secret that is shown only once.
    pub sealed: Vec<u8>,
    /// When the answer was given.
    pub at: Timestamp,
    /// The record is kept until this time, and then deleted during a later commit.
    pub until: Timestamp,
}

/// The result of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The last sequence number given to an event of the batch; `None` when the batch had none.
    pub sequence: Option<u64>,
    /// The states after each [`Write::SpendBudget`], in order.
    pub budgets: Vec<BudgetState>,
}
