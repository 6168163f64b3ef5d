//! Counters and sizes of a memory.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use base::Timestamp;

/// Counters and sizes of a [`crate::Hot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Fetches that memory answered.
    pub hits: u64,
    /// Fetches that memory answered with "does not exist", without asking the store.
    pub known_missing: u64,
    /// Fetches that asked the store.
    pub reads: u64,
    /// Fetches of unknown keys for which the store was not asked, because the rate limit was
    /// reached.
    pub refused: u64,
    /// Whether every entity is in memory.
    pub filled: bool,
    /// Entities in memory.
    pub entities: u64,
    /// Single revoked tokens in memory.
    pub revoked_tokens: u64,
    /// Bytes in memory.
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
