//! The limits of the log lines of refusals.

use std::time::Duration;

use crate::log_limiter::LogLimiter;

const MINUTE: Duration = Duration::from_secs(60);

/// The limits of the log lines of refusals of one realm.
#[derive(Debug)]
pub(crate) struct RefusalLines {
    /// Of those that are the fault of the program, its configuration or its database.
    pub(crate) ours: LogLimiter,
    /// Of those of a known client or credential.
    pub(crate) named: LogLimiter,
    /// Of all others.
    pub(crate) nameless: LogLimiter,
}

impl Default for RefusalLines {
    fn default() -> Self {
        Self {
            ours: LogLimiter::new(120, MINUTE),
            named: LogLimiter::new(600, MINUTE),
            nameless: LogLimiter::new(120, MINUTE),
        }
    }
}
