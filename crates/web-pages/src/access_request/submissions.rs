//! The lock under which access requests are stored.

/// Held while an access request of a realm is stored.
#[derive(Debug, Default)]
pub struct SubmissionLock {
    /// One request is stored after the other, so that the limits of the queue are exact.
    pub(super) queue: tokio::sync::Mutex<()>,
}
