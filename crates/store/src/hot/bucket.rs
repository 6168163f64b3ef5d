//! A rate limit for reads of keys that probably do not exist, so that a flood of invented names
//! cannot load the store.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use base::Timestamp;

/// Milliseconds per read: 500 reads a second.
const EVERY: i64 = 2;
/// The largest number of reads at once.
const BURST: i64 = 1_000;

/// A token bucket, stored as the time at which it will be full again.
#[derive(Debug, Default)]
pub(super) struct Bucket(AtomicI64);

impl Bucket {
    /// Takes one token. Returns whether there was one.
    pub(super) fn take(&self, now: Timestamp) -> bool {
        let now = now.millis();
        let taken = |full: i64| {
            // The time is later than possible, so the clock was set back.
            let full = if full > now + BURST * EVERY { now } else { full.max(now) } + EVERY;
            (full <= now + BURST * EVERY).then_some(full)
        };
        self.0.fetch_update(Relaxed, Relaxed, taken).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_thousand_at_once_and_then_five_hundred_a_second() {
        let (bucket, start) = (Bucket::default(), Timestamp::from_seconds(1_800_000_000));
        let taken = |now| (0..100_000).filter(|_| bucket.take(now)).count();
        assert_eq!(taken(start), 1_000);
        assert_eq!(taken(start), 0);
        assert_eq!(taken(start.plus(Duration::from_secs(1))), 500);
        assert_eq!(taken(start.plus(Duration::from_secs(61))), 1_000);
        assert_eq!(taken(start), 1_000, "the clock was put back");
        assert_eq!(taken(start), 0);
    }
}
