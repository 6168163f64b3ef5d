//! The time limits of a follower.

use std::time::Duration;

use base::Rng;

/// The time limits, and the pauses after failures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    /// How long to wait for the next message of a stream, which should come each second, and for
    /// the answer to a request.
    pub(crate) silence: Duration,
    /// How long the issuer may hold a long poll.
    pub(crate) wait: Duration,
    /// How long to use long polls after two streams failed.
    pub(crate) polling: Duration,
    /// A stream that lasted this long did not fail early.
    pub(crate) settled: Duration,
    /// The pause after the first failure.
    pub(crate) shortest: Duration,
    /// The pause after many failures.
    pub(crate) longest: Duration,
}

impl Backoff {
    /// Limits such that two attempts can fail before the data is stale.
    pub(crate) fn for_limit(stale_after: Duration) -> Self {
        let third = stale_after / 3;
        Self {
            silence: third.clamp(Duration::from_secs(2), Duration::from_secs(5)),
            wait: third.clamp(Duration::from_secs(1), Duration::from_secs(25)),
            polling: Duration::from_secs(60),
            settled: Duration::from_secs(30),
            shortest: Duration::from_millis(100),
            longest: third.clamp(Duration::from_secs(1), Duration::from_secs(5)),
        }
    }

    /// The pause after this number of failures in a row. It doubles each time and is shortened by a
    /// random part, so that a thousand services do not come back at the same moment.
    pub(crate) fn backoff(&self, failures: u32, rng: &dyn Rng) -> Duration {
        let doubled = self.shortest.saturating_mul(1 << failures.saturating_sub(1).min(16));
        let whole = doubled.min(self.longest);
        let half = whole / 2;
        half + half.mul_f64((rng.u128() as u32 as f64) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use base::rng::SequenceRng;

    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_are_random() {
        let (backoff, rng) = (Backoff::for_limit(Duration::from_secs(30)), SequenceRng::new(1));
        for (failures, most) in [(1, 100), (2, 200), (5, 1_600), (7, 5_000), (u32::MAX, 5_000)] {
            let found = backoff.backoff(failures, &rng).as_millis();
            assert!((most / 2..=most).contains(&found), "{failures}: {found}");
        }
        assert_ne!(backoff.backoff(9, &rng), backoff.backoff(9, &rng));
    }
}
