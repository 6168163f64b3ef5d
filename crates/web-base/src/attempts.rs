//! How often something may be tried: buckets that refill, in memory, finitely many.
//!
//! Invariant: nobody is locked out for good, since every bucket refills by itself; and nobody can lock
//! out somebody else for long where that somebody's browser is known, since it has
//! a bucket of its own.
//!
//! This is the generic cell rate algorithm: a bucket is one number, the time at which it is full
//! again. `governor` has it too; yet its keyed store grows with its keys and is swept from outside,
//! it cannot give back what was taken, and two buckets cannot be asked as one.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::Timestamp;

/// The most buckets that are not full. A bucket takes 24 bytes or so.
const MAX_BUCKETS: usize = 100_000;

/// So many at once, and after them one every `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How many may come at once.
    pub burst: u32,
    /// How long it takes until there is one more.
    pub every: Duration,
}

impl Allowance {
    /// `burst` in `time`, refilled evenly.
    pub const fn per(burst: u32, time: Duration) -> Self {
        Self { burst, every: Duration::from_nanos(time.as_nanos() as u64 / burst as u64) }
    }
}

/// What is counted: a name that begins with what it is the name of, and its allowance.
pub type Counted<'a> = (&'a str, Allowance);

/// What was tried of late.
#[derive(Debug, Default)]
pub struct Attempts {
    /// The time at which each bucket is full again, in milliseconds; by hash of its name. Two names
    /// of one hash share a bucket, which nobody can bring about: the hash is keyed at start.
    full_at: Mutex<HashMap<u64, i64>>,
    hash: RandomState,
}

impl Attempts {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one from each of these, or from none.
    ///
    /// # Errors
    /// The seconds, at least one, until all of them have one.
    pub fn take(&self, counted: &[Counted<'_>], now: Timestamp) -> Result<(), u64> {
        let mut buckets = self.lock();
        let mut wait = 0;
        for (name, allowance) in counted {
            let after = self.full_at(&buckets, name, now) + millis(allowance.every);
            let most = now.millis() + millis(allowance.every) * i64::from(allowance.burst);
            wait = wait.max(after - most);
        }
        if wait > 0 {
            return Err(wait.unsigned_abs().div_ceil(1000));
        }
        if buckets.len() + counted.len() > MAX_BUCKETS {
            sweep(&mut buckets, now);
        }
        for (name, allowance) in counted {
            let after = self.full_at(&buckets, name, now) + millis(allowance.every);
            buckets.insert(self.hash.hash_one(name), after);
        }
        Ok(())
    }

    /// Gives one back to each of these: the attempt was a good one.
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

    /// What these buckets hold is good even where a holder of the lock panicked.
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, i64>> {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes room: full buckets go, and where that is not enough the fuller half of the others. Who is
/// limited most is forgotten last.
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
    fn a_bucket_refills_and_tells_when() {
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
    fn what_is_given_back_can_be_taken_again() {
        let attempts = Attempts::new();
        for _ in 0..100 {
            assert_eq!(attempts.take(&[("a", TEN)], at(0)), Ok(()));
            attempts.give_back(&[("a", TEN)]);
        }
    }

    #[test]
    fn memory_is_finite_and_who_is_limited_most_is_forgotten_last() {
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
