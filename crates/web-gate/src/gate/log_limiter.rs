//! How many refusals of unknown callers are written down.

use std::sync::{Mutex, PoisonError};

use base::Timestamp;

/// The most refusals a second that are written down though nobody knows whose they are.
const NAMELESS: u32 = 100;

/// Keeps a flood of noise from costing more than itself.
#[derive(Debug, Default)]
pub(super) struct LogLimiter(Mutex<(i64, u32)>);

impl LogLimiter {
    pub(super) fn admits(&self, now: Timestamp) -> bool {
        let mut log_limiter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log_limiter.0 != now.seconds() {
            *log_limiter = (now.seconds(), 0);
        }
        log_limiter.1 = log_limiter.1.saturating_add(1);
        log_limiter.1 <= NAMELESS
    }
}
