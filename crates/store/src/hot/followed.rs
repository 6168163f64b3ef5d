//! How far the memory has followed the change feed of the store.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base::Timestamp;

/// The largest number of this node's own commits that it need not read again.
const MAX_OWN_COMMITS: usize = 100_000;

/// How far the memory has followed the change feed.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) filled: AtomicBool,
    pub(super) position: AtomicU64,
    pub(super) as_of: AtomicI64,
    /// Later commits that are in memory already, because this node made them.
    pub(super) own: Mutex<BTreeSet<u64>>,
    pub(super) one_at_a_time: tokio::sync::Mutex<()>,
}

impl Default for Followed {
    fn default() -> Self {
        Self {
            filled: AtomicBool::new(false),
            position: AtomicU64::new(0),
            as_of: AtomicI64::new(0),
            own: Mutex::default(),
            one_at_a_time: tokio::sync::Mutex::default(),
        }
    }
}

impl Followed {
    pub(super) fn as_of(&self) -> Timestamp {
        Timestamp::from_millis(self.as_of.load(SeqCst))
    }

    /// Records that the commit with this number is in memory.
    pub(super) fn is_in_memory(&self, sequence: u64) {
        let mut own = self.own();
        if own.len() >= MAX_OWN_COMMITS {
            own.clear();
        }
        own.insert(sequence);
    }

    /// Records that memory may be incomplete. The next advance reads everything anew.
    pub(super) fn start_over(&self) {
        self.filled.store(false, SeqCst);
    }

    pub(super) fn came_to(&self, position: u64) {
        self.position.store(position, SeqCst);
        let mut own = self.own();
        *own = own.split_off(&position.saturating_add(1));
    }

    pub(super) fn own(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
