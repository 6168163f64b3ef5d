//! What is counted of a memory.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use base::Timestamp;

/// What a [`crate::Hot`] has done and holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Fetches that memory answered.
    pub hits: u64,
    /// Fetches that it answered with "there is none", without asking.
    pub known_missing: u64,
    /// Fetches that asked the store.
    pub reads: u64,
    /// Fetches of what memory does not hold for which the store was not asked, because it was asked too
    /// often for such already.
    pub refused: u64,
    /// Whether everything was read.
    pub filled: bool,
    /// Entities held.
    pub entities: u64,
    /// Tokens held that were revoked by themselves.
    pub revoked_tokens: u64,
    /// Bytes that all of it takes.
    pub bytes: u64,
    /// See [`crate::Hot::as_of`].
    pub as_of: Timestamp,
    /// See [`crate::Hot::position`].
    pub position: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) hits: AtomicU64,
    pub(super) known_missing: AtomicU64,
    pub(super) reads: AtomicU64,
    pub(super) refused: AtomicU64,
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
