//! Limits how many lines requests can write to the log.
//!
//! Invariant: what a caller can repeat writes at most so many lines in a time, and the next line says how many were
//! left out. So a flood of requests does not fill the disk, and does not go unnoticed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::Timestamp;
use engine::attempts::Allowance;

/// Limits the lines of one kind. The lines that are left out are counted.
#[derive(Debug)]
pub struct LogLimiter {
    allowance: Allowance,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The time at which the whole allowance is there again, in milliseconds since 1970.
    full_at: i64,
    left_out: u64,
}

impl LogLimiter {
    /// Allows `lines` at once, and as many in each `time`.
    pub const fn new(lines: u32, time: Duration) -> Self {
        let state = Mutex::new(State { full_at: 0, left_out: 0 });
        Self { allowance: Allowance::per(lines, time), state }
    }

    /// Calls `write` if one more line is allowed, with the number of lines that were left out before; `None` where
    /// there are none. Otherwise the line is counted as left out.
    pub fn line(&self, now: Timestamp, write: impl FnOnce(Option<u64>)) {
        if self.admits(now) {
            write(self.take_left_out());
        }
    }

    /// Whether one more line is allowed. If not, it is counted as left out.
    pub fn admits(&self, now: Timestamp) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let every = self.allowance.every.as_millis() as i64;
        let most = now.millis() + every * i64::from(self.allowance.burst);
        // Where the clock was set back, the limit must not hold for longer than before.
        let after = state.full_at.clamp(now.millis(), most) + every;
        let admits = after <= most;
        if admits {
            state.full_at = after;
        } else {
            state.left_out += 1;
        }
        admits
    }

    /// Counts a line as left out.
    pub fn leave_out(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).left_out += 1;
    }

    /// How many lines were left out since the last call; `None` where none was.
    pub fn take_left_out(&self) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Some(std::mem::take(&mut state.left_out)).filter(|left_out| *left_out > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_writes_a_limited_number_of_lines_and_the_next_one_says_how_many_are_missing() {
        let limiter = LogLimiter::new(10, Duration::from_secs(60));
        let at = |seconds: i64| Timestamp::from_seconds(1_800_000_000 + seconds);
        let mut lines = Vec::new();
        (0..1_000).for_each(|_| limiter.line(at(0), |left_out| lines.push(left_out)));
        assert_eq!(lines, vec![None; 10]);
        limiter.line(at(6), |left_out| lines.push(left_out));
        assert_eq!((lines.len(), lines.pop().unwrap()), (11, Some(990)));
        limiter.line(at(6), |_| panic!("six seconds are one line"));
        assert_eq!((limiter.take_left_out(), limiter.take_left_out()), (Some(1), None));
        limiter.line(at(-1_000), |left_out| assert_eq!(left_out, None));
    }
}
