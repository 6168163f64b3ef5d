//! Where a follower stands: for metrics, health checks and the private reasons of refusals.

use std::sync::PoisonError;

use base::Timestamp;

use super::Shared;
use crate::Unavailable;

/// How the feed is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum HeardBy {
    /// Not at all at the moment.
    #[default]
    Nothing,
    /// A stream of events.
    Stream,
    /// Long polls.
    Polls,
}

/// Where a verifier stands in the feed that it follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Following {
    /// The sequence number up to which it has everything; `None` before the first snapshot.
    pub sequence: Option<u64>,
    /// The moment up to which it knows everything, in milliseconds since the Unix epoch.
    pub as_of: Option<i64>,
    /// Whether that is recent enough.
    pub fresh: bool,
    /// How many marks are bad.
    pub marks: usize,
    /// What they take in memory, in bytes.
    pub bytes: usize,
    /// How it is heard.
    pub by: HeardBy,
    /// What went wrong last, while something is wrong.
    pub trouble: Option<Unavailable>,
}

/// What the task says of itself.
#[derive(Debug, Default)]
pub(super) struct Heard {
    by: HeardBy,
    trouble: Option<Unavailable>,
}

impl Shared {
    pub(super) fn report(&self) -> Following {
        let now = self.settings.clock.now();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        Following {
            sequence: known.at().map(|at| at.sequence),
            as_of: known.at().map(|at| at.as_of.millis()),
            fresh: known.is_fresh(now, self.settings.stale_after),
            marks: known.marks().len(),
            bytes: known.marks().bytes(),
            by: heard.by,
            trouble: heard.trouble.clone(),
        }
    }

    /// Something went wrong.
    pub(super) fn troubled(&self, trouble: Unavailable) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        (heard.by, heard.trouble) = (HeardBy::Nothing, Some(trouble));
    }

    /// A message came.
    pub(super) fn heard(&self, by: HeardBy) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        (heard.by, heard.trouble) = (by, None);
    }

    /// Why nothing recent is known.
    pub(super) fn trouble(&self) -> Unavailable {
        let now = self.settings.clock.now();
        let at = self.known.read().unwrap_or_else(PoisonError::into_inner).at();
        let Some(at) = at else {
            let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            let first = || Unavailable::new("the feed was not heard yet");
            return heard.trouble.clone().unwrap_or_else(first);
        };
        Unavailable::new(format!("the feed is known up to {} s ago", age(now, at.as_of)))
    }
}

fn age(now: Timestamp, as_of: Timestamp) -> u64 {
    now.since(as_of).as_secs()
}
