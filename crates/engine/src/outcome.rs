//! What a decision yields.

use store::Batch;

/// What to write, and what to answer once it is written.
#[derive(Debug)]
pub struct Outcome<R> {
    /// The writes.
    pub batch: Batch,
    /// The answer.
    pub reply: R,
}

impl<R> Outcome<R> {
    /// An answer that needs no writes.
    pub fn reading(reply: R) -> Self {
        Self { batch: Batch::new(), reply }
    }
}
