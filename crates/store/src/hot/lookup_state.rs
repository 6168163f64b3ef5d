//! State of the look-ups: names that are missing, and whether the store is away.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};

use base::Timestamp;
use quick_cache::sync::Cache;

use super::bucket::Bucket;
use super::ready::{self, Missing};

/// The largest number of expired credentials whose last read is remembered.
const EXPIRED_TRACKED: usize = 4_096;

/// State of the look-ups, beside the entities themselves.
#[derive(Debug)]
pub(super) struct LookupState {
    pub(super) missing: Missing,
    /// When an expired credential was last read from the store.
    pub(super) expired: Cache<u128, Timestamp>,
    pub(super) bucket: Bucket,
    /// The store counts as away until this time, in milliseconds since the Unix epoch.
    pub(super) away_until: AtomicI64,
    /// How many puts of several entities began. Another field counts those that ended.
    pub(super) puts_begun: AtomicU64,
    pub(super) puts_ended: AtomicU64,
}

impl Default for LookupState {
    fn default() -> Self {
        Self {
            missing: ready::missing(),
            expired: Cache::new(EXPIRED_TRACKED),
            bucket: Bucket::default(),
            away_until: AtomicI64::new(i64::MIN),
            puts_begun: AtomicU64::new(0),
            puts_ended: AtomicU64::new(0),
        }
    }
}

impl LookupState {
    /// Puts several entities. Meanwhile, a name that moves from one to another may not be found.
    pub(super) fn put_together(&self, put: impl FnOnce()) {
        self.puts_begun.fetch_add(1, SeqCst);
        put();
        self.puts_ended.fetch_add(1, SeqCst);
    }

    #[cfg(test)]
    pub(super) fn missing_weight(&self) -> u64 {
        self.missing.weight()
    }
}
