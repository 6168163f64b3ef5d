//! The result of a decision.

use store::Batch;

/// The writes of a decision, and the reply to send after the commit.
#[derive(Debug)]
pub struct Outcome<R> {
    /// The writes and events; empty where there is nothing to commit.
    pub batch: Batch,
    /// The reply.
    pub reply: R,
}

impl<R> Outcome<R> {
    /// A reply that needs no writes.
    pub fn without_writes(reply: R) -> Self {
        Self { batch: Batch::new(), reply }
    }
}
