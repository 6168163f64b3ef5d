//! Time as a parameter. Owns the one ambient clock of the workspace.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);

    /// From milliseconds since the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since the Unix epoch (saturating).
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch: the `NumericDate` of RFC 7519 §2.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The hour this moment lies in, counted from the Unix epoch.
    pub const fn hour(self) -> i64 {
        self.0.div_euclid(3_600_000)
    }

    /// The UTC day this moment lies in, counted from the Unix epoch.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(86_400_000)
    }

    /// Later by `duration` (saturating).
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_millis() as i64))
    }

    /// The time from `earlier` to `self`; zero when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(if millis < 0 { 0 } else { millis as u64 })
    }

    /// The absolute time between the two moments, whichever is later. It judges age even where a
    /// clock was set back.
    pub const fn apart(self, other: Self) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339, in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(timestamp) => timestamp.fmt(f),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

impl std::str::FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Reads RFC 3339.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed: jiff::Timestamp = text.parse().map_err(|_| ParseTimestampError)?;
        Ok(Self(parsed.as_millisecond()))
    }
}

/// The text is not an RFC 3339 timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a timestamp such as 2030-01-31T12:00:00Z (RFC 3339)")]
pub struct ParseTimestampError;

/// A source of the current time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// The machine's clock: the only ambient clock of the workspace.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this file owns the ambient clock")]
    fn now(&self) -> Timestamp {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is moved: for tests and replays.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `at`.
    pub const fn new(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.0))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_millis() as i64, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_days_are_utc_windows_also_before_the_epoch() {
        assert_eq!(Timestamp::from_seconds(86_399).day(), 0);
        assert_eq!(Timestamp::from_seconds(86_400).day(), 1);
        assert_eq!(Timestamp::from_seconds(-1).day(), -1);
        assert_eq!(Timestamp::from_seconds(3_600).hour(), 1);
    }

    #[test]
    fn rfc3339_round_trip() {
        let at: Timestamp = "2026-11-21T22:00:00.123Z".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-21T22:00:00.123Z");
        assert!("yesterday".parse::<Timestamp>().is_err());
    }
}
