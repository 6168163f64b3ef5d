//! Limits the log lines of failed writes: on a full disk, every request that writes fails.

use std::time::{Duration, Instant};

/// The most lines in a [`WINDOW`]. A failed commit writes up to three.
const LINES: u32 = 6;
const WINDOW: Duration = Duration::from_secs(1);

/// Counts the lines of the current window, and those that were left out since the last line.
#[derive(Debug, Default)]
pub(super) struct ErrorLog {
    window: Option<Instant>,
    lines: u32,
    left_out: u64,
}

impl ErrorLog {
    /// Calls `write` if one more line is allowed at `now`, with the number of lines that were left
    /// out before; `None` where there are none.
    pub(super) fn line(&mut self, now: Instant, write: impl FnOnce(Option<u64>)) {
        if self.window.is_none_or(|began| now.saturating_duration_since(began) >= WINDOW) {
            (self.window, self.lines) = (Some(now), 0);
        }
        if self.lines < LINES {
            self.lines += 1;
            write(Some(std::mem::take(&mut self.left_out)).filter(|left_out| *left_out > 0));
        } else {
            self.left_out += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_stays_full_does_not_fill_the_log() {
        let (mut log, began) = (ErrorLog::default(), Instant::now());
        let mut lines = Vec::new();
        (0..100).for_each(|_| log.line(began, |left_out| lines.push(left_out)));
        assert_eq!(lines, vec![None; LINES as usize]);
        log.line(began + WINDOW, |left_out| lines.push(left_out));
        assert_eq!(lines.last(), Some(&Some(100 - u64::from(LINES))));
    }
}
