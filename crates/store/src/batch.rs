//! Writes as data.

use base::Timestamp;
use domain::{BudgetLimits, BudgetState, BudgetSubject, Entity, EventDraft, RealmName};

use crate::Version;

/// Writes that commit together or not at all, and the events that tell of them.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// In order.
    pub writes: Vec<Write>,
    /// What the audit trail and the change feed will say. Empty for what is use, not change, such
    /// as spending a budget.
    pub events: Vec<EventDraft>,
}

impl Batch {
    /// Nothing to write.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.events.is_empty()
    }
}

/// One write and its precondition.
#[derive(Clone, Debug)]
pub enum Write {
    /// A new entity. Precondition: id, public id and handle are free (the latter two among its kind
    /// in its realm), else [`crate::Conflict::Exists`].
    Insert(Entity),
    /// A new state of an entity. Preconditions: it is at `expected`, else
    /// [`crate::Conflict::Changed`]; a changed public id or handle is free.
    Replace {
        /// The new state.
        entity: Entity,
        /// The version it was decided on.
        expected: Version,
    },
    /// Counts one token as [`BudgetState::spend`] says. Precondition: neither window is spent, else
    /// [`crate::Conflict::BudgetSpent`].
    SpendBudget {
        /// Whose.
        subject: BudgetSubject,
        /// The limits at the time of the decision.
        limits: BudgetLimits,
        /// The time of the decision.
        now: Timestamp,
    },
    /// Refuses one access token from now on. Kept until `until`, when it would have expired;
    /// `None`: for ever. Revoking twice is no conflict. Entries whose time has passed by `now` are
    /// swept by the way.
    RevokeToken {
        /// Its `jti`.
        token: u128,
        /// When it would have expired.
        until: Option<Timestamp>,
        /// The time of the decision.
        now: Timestamp,
    },
    /// Spends something that may be used once, such as an authorization code. Kept until `until`,
    /// when it would be over by itself; entries whose time has passed by `now` are swept by the way.
    /// Precondition: it is not spent yet, else [`crate::Conflict::Spent`].
    SpendOnce {
        /// Its identifier.
        id: u128,
        /// When it would be over by itself.
        until: Timestamp,
        /// The time of the decision.
        now: Timestamp,
    },
    /// Remembers the answer to a request with an idempotency key. Precondition: none is remembered
    /// under it that is younger than its time to live, else [`crate::Conflict::Answered`].
    Remember(IdempotencyRecord),
}

/// The remembered answer to a request with an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// In which realm.
    pub realm: RealmName,
    /// Digest of who asked and their key.
    pub key: [u8; 32],
    /// Digest of the request, to notice another one under the same key.
    pub request: [u8; 32],
    /// The answer, sealed: it may hold a secret that is shown once.
    pub sealed: Vec<u8>,
    /// When it was given.
    pub at: Timestamp,
    /// Until when it is remembered; afterwards it is swept by the way.
    pub until: Timestamp,
}

/// What a commit tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The last sequence number given to an event of the batch; `None` when it had none.
    pub sequence: Option<u64>,
    /// The states after each [`Write::SpendBudget`], in order.
    pub budgets: Vec<BudgetState>,
}
