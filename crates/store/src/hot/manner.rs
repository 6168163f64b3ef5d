//! What memory knows beside the entities: names that are missing, and whether the store is away.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};

use base::Timestamp;
use quick_cache::sync::Cache;

use super::bucket::Bucket;
use super::ready::{self, Missing};

/// Expired credentials whose last look is remembered.
const EXPIRED: usize = 4_096;

/// What is known beside the entities themselves.
#[derive(Debug)]
pub(super) struct Manner {
    pub(super) missing: Missing,
    /// When an expired credential was last looked at.
    pub(super) expired: Cache<u128, Timestamp>,
    pub(super) bucket: Bucket,
    /// Until when the store counts as away.
    pub(super) away_until: AtomicI64,
    /// Puts of several entities that began, and that ended.
    pub(super) begun: AtomicU64,
    pub(super) ended: AtomicU64,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            missing: ready::missing(),
            expired: Cache::new(EXPIRED),
            bucket: Bucket::default(),
            away_until: AtomicI64::new(i64::MIN),
            begun: AtomicU64::new(0),
            ended: AtomicU64::new(0),
        }
    }
}

impl Manner {
    /// Several entities are put together: a name that goes from one to another is nowhere meanwhile.
    pub(super) fn together(&self, put: impl FnOnce()) {
        self.begun.fetch_add(1, SeqCst);
        put();
        self.ended.fetch_add(1, SeqCst);
    }

    #[cfg(test)]
    pub(super) fn missing_weight(&self) -> u64 {
        self.missing.weight()
    }
}
