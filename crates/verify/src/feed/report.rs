//! Where a follower stands: for metrics, health checks and the private reasons of refusals.

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
    pub(super) by: HeardBy,
    pub(super) trouble: Option<Unavailable>,
}
