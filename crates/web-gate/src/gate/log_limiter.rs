//! Limits how many refusals of unknown callers are logged and stored.

use std::sync::{Mutex, PoisonError};

use base::Timestamp;

/// The most refusals per second that are recorded although the caller is not known.
const MAX_PER_SECOND: u32 = 100;

/// Counts the recorded refusals of the current second, so that a flood of requests cannot fill log and store.
#[derive(Debug, Default)]
pub(super) struct LogLimiter(Mutex<(i64, u32)>);

impl LogLimiter {
    /// Whether one more refusal may be recorded in this second. Counts it.
    pub(super) fn admits(&self, now: Timestamp) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 != now.seconds() {
            *state = (now.seconds(), 0);
        }
        state.1 = state.1.saturating_add(1);
        state.1 <= MAX_PER_SECOND
    }
}
