//! Limits how often something may be tried: a bounded number of buckets in memory, which refill with time.
//!
//! Invariant: no user is locked out for ever, since every bucket refills. An attacker cannot lock out a user whose
//! browser is known, since such a browser has its own bucket.
//!
//! This is the generic cell rate algorithm: a bucket is one number, the time at which it is full again. The crate
//! `governor` has it too. But its keyed store grows with its keys, it cannot give an attempt back, and it cannot take
//! from two buckets at once.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::Timestamp;

/// The most buckets that are not full. A bucket takes about 24 bytes.
const MAX_BUCKETS: usize = 100_000;

/// The size of a bucket: `burst` attempts at once, and after them one per `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The number of attempts in a full bucket.
    pub burst: u32,
    /// The time until the bucket has one more attempt.
    pub every: Duration,
}

impl Allowance {
    /// `burst` attempts in `time`, refilled evenly.
    pub const fn per(burst: u32, time: Duration) -> Self {
        Self { burst, every: Duration::from_nanos(time.as_nanos() as u64 / burst as u64) }
    }
}

/// A bucket: its name, which begins with the kind of thing it counts, and its allowance.
pub type Counted<'a> = (&'a str, Allowance);

/// The buckets of all recent attempts.
#[derive(Debug, Default)]
pub struct Attempts {
    /// The time at which each bucket is full again, in milliseconds since 1970, by the hash of its name. Two names
    /// with one hash share a bucket. An attacker cannot find such names: the hash has a random key.
    full_at: Mutex<HashMap<u64, i64>>,
    /// The time at which the last of them is full again, or later.
    all_full_at: AtomicI64,
    hash: RandomState,
}

impl Attempts {
    /// No attempts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one attempt from each of these buckets, or from none.
    ///
    /// # Errors
    /// The seconds, at least one, until each bucket has an attempt.
    pub fn take(&self, counted: &[Counted<'_>], now: Timestamp) -> Result<(), u64> {
        let mut buckets = self.lock();
        self.check_in(&buckets, counted, now)?;
        if buckets.len() + counted.len() > MAX_BUCKETS {
            sweep(&mut buckets, now);
        }
        for (name, allowance) in counted {
            let after = self.full_at(&buckets, name, now) + millis(allowance.every);
            buckets.insert(self.hash.hash_one(name), after);
            self.all_full_at.fetch_max(after, Relaxed);
        }
        Ok(())
    }

    /// Whether each of these buckets has an attempt. Takes none.
    ///
    /// # Errors
    /// The seconds, at least one, until each bucket has an attempt.
    pub fn check(&self, counted: &[Counted<'_>], now: Timestamp) -> Result<(), u64> {
        self.check_in(&self.lock(), counted, now)
    }

    /// Whether every bucket is full. It takes no lock.
    pub fn are_full(&self, now: Timestamp) -> bool {
        self.all_full_at.load(Relaxed) <= now.millis()
    }

    fn check_in(
        &self,
        buckets: &HashMap<u64, i64>,
        counted: &[Counted<'_>],
        now: Timestamp,
    ) -> Result<(), u64> {
        let waits = counted.iter().map(|(name, allowance)| {
            let (full_at, every) = (self.full_at(buckets, name, now), millis(allowance.every));
            full_at + every - now.millis() - every * i64::from(allowance.burst)
        });
        match waits.max().filter(|wait| *wait > 0) {
            Some(wait) => Err(wait.unsigned_abs().div_ceil(1000)),
            None => Ok(()),
        }
    }

    /// Gives one attempt back to each of these buckets, after an attempt that succeeded.
    pub fn give_back(&self, counted: &[Counted<'_>]) {
        let mut buckets = self.lock();
        for (name, allowance) in counted {
            if let Some(full_at) = buckets.get_mut(&self.hash.hash_one(name)) {
                *full_at -= millis(allowance.every);
            }
        }
    }

    fn full_at(&self, buckets: &HashMap<u64, i64>, name: &str, now: Timestamp) -> i64 {
        let full_at = buckets.get(&self.hash.hash_one(name)).copied();
        full_at.unwrap_or(i64::MIN).max(now.millis())
    }

    /// The buckets. They are consistent even after a panic of a thread that held the lock.
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, i64>> {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes full buckets, and if that is not enough the fuller half of the others. The emptiest buckets are removed
/// last.
fn sweep(buckets: &mut HashMap<u64, i64>, now: Timestamp) {
    buckets.retain(|_, full_at| *full_at > now.millis());
    if buckets.len() > MAX_BUCKETS / 2 {
        let mut times: Vec<i64> = buckets.values().copied().collect();
        let half = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(half);
        let median = *median;
        buckets.retain(|_, full_at| *full_at > median);
    }
}

const fn millis(duration: Duration) -> i64 {
    duration.as_millis() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: Allowance = Allowance::per(10, Duration::from_secs(900));
    const FIFTY: Allowance = Allowance::per(50, Duration::from_secs(900));

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    #[test]
    fn a_bucket_refills_and_says_when() {
        let attempts = Attempts::new();
        for _ in 0..10 {
            assert_eq!(attempts.take(&[("a", TEN)], at(0)), Ok(()));
        }
        assert_eq!(attempts.take(&[("a", TEN)], at(0)), Err(90));
        assert_eq!(attempts.take(&[("a", TEN)], at(60)), Err(30), "refused ones cost nothing");
        assert_eq!(attempts.take(&[("a", TEN)], at(90)), Ok(()));
        assert_eq!(attempts.take(&[("a", TEN)], at(90)), Err(90));
        assert_eq!(attempts.take(&[("b", TEN)], at(90)), Ok(()), "another one's");
        for _ in 0..10 {
            assert_eq!(attempts.take(&[("a", TEN)], at(10_000)), Ok(()), "full again, no fuller");
        }
        assert_eq!(attempts.take(&[("a", TEN)], at(10_000)), Err(90));
    }

    #[test]
    fn one_is_taken_from_each_or_from_none() {
        let attempts = Attempts::new();
        for _ in 0..10 {
            attempts.take(&[("account", TEN)], at(0)).unwrap();
        }
        for _ in 0..100 {
            assert!(attempts.take(&[("address", FIFTY), ("account", TEN)], at(0)).is_err());
        }
        for _ in 0..50 {
            assert_eq!(attempts.take(&[("address", FIFTY)], at(0)), Ok(()));
        }
    }

    #[test]
    fn to_check_takes_nothing_and_full_buckets_are_told_at_once() {
        let attempts = Attempts::new();
        for _ in 0..100 {
            assert_eq!(attempts.check(&[("a", TEN)], at(0)), Ok(()));
        }
        assert!(attempts.are_full(at(0)));
        attempts.take(&[("a", TEN), ("b", FIFTY)], at(0)).unwrap();
        assert!(!attempts.are_full(at(89)) && attempts.are_full(at(90)));
        (0..9).for_each(|_| attempts.take(&[("a", TEN)], at(0)).unwrap());
        assert_eq!(attempts.check(&[("b", FIFTY), ("a", TEN)], at(0)), Err(90));
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let attempts = Attempts::new();
        for _ in 0..100 {
            assert_eq!(attempts.take(&[("a", TEN)], at(0)), Ok(()));
            attempts.give_back(&[("a", TEN)]);
        }
    }

    #[test]
    fn memory_is_bounded_and_the_emptiest_buckets_are_removed_last() {
        let attempts = Attempts::new();
        for _ in 0..10 {
            attempts.take(&[("victim", TEN)], at(0)).unwrap();
        }
        for stranger in 0..3 * MAX_BUCKETS {
            let _ = attempts.take(&[(&stranger.to_string(), FIFTY)], at(0));
        }
        assert!(attempts.lock().len() <= MAX_BUCKETS);
        assert!(attempts.take(&[("victim", TEN)], at(0)).is_err());
    }
}
