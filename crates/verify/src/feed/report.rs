//! The state of a follower, for metrics, health checks and the private reasons of rejections.

use crate::Unavailable;

/// How messages are received.
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

/// The state of a verifier in the feed that it follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Following {
    /// The sequence number up to which it has every message; `None` before the first snapshot.
    pub sequence: Option<u64>,
    /// The time up to which its data is complete, in milliseconds since the Unix epoch.
    pub as_of: Option<i64>,
    /// Whether that is recent enough.
    pub fresh: bool,
    /// The number of revoked marks.
    pub marks: usize,
    /// The memory that they take, in bytes.
    pub bytes: usize,
    /// How messages are received.
    pub by: HeardBy,
    /// The last error, while it lasts.
    pub trouble: Option<Unavailable>,
}

/// The task's own state.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) by: HeardBy,
    pub(super) trouble: Option<Unavailable>,
}
