//! The queue in front of the hashing thread: a line for known browsers and one for strangers.
//!
//! Invariant: strangers cannot take a place of the known line, however many they are. Of four jobs that both lines
//! have, three are of the known one. So a flood of sign-ins by strangers slows known browsers down by a quarter at
//! most, and known browsers cannot shut strangers out.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use engine::people::Share;

/// The most jobs of strangers that wait.
pub(super) const OF_STRANGERS: usize = 32;
/// The most jobs of known browsers that wait.
const OF_KNOWN: usize = 24;
/// After so many jobs of known browsers, a stranger has a turn.
const TURNS: u32 = 3;

/// Jobs that wait for one thread.
#[derive(Debug)]
pub(super) struct Queue<J> {
    lines: Mutex<Lines<J>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Lines<J> {
    known: VecDeque<J>,
    strangers: VecDeque<J>,
    /// How many jobs of known browsers were taken since the last one of a stranger.
    taken: u32,
    closed: bool,
}

impl<J> Queue<J> {
    /// An empty queue.
    pub(super) fn new() -> Self {
        let lines =
            Lines { known: VecDeque::new(), strangers: VecDeque::new(), taken: 0, closed: false };
        Self { lines: Mutex::new(lines), changed: Condvar::new() }
    }

    /// Adds a job. `false`: its line is full, or the queue is closed.
    pub(super) fn push(&self, share: Share, job: J) -> bool {
        let mut lines = self.lock();
        let (closed, lines) = (lines.closed, &mut *lines);
        let (line, most) = match share {
            Share::Known => (&mut lines.known, OF_KNOWN),
            Share::Strangers => (&mut lines.strangers, OF_STRANGERS),
        };
        let fits = !closed && line.len() < most;
        if fits {
            line.push_back(job);
            self.changed.notify_one();
        }
        fits
    }

    /// Waits for a job and takes it; `None` once the queue is closed.
    pub(super) fn take(&self) -> Option<J> {
        let mut lines = self.lock();
        loop {
            if lines.closed {
                return None;
            }
            if let Some(job) = lines.next() {
                return Some(job);
            }
            lines = self.changed.wait(lines).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the wait for jobs. Those that wait are dropped.
    pub(super) fn close(&self) {
        let mut lines = self.lock();
        lines.closed = true;
        lines.known.clear();
        lines.strangers.clear();
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Lines<J>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J> Lines<J> {
    fn next(&mut self) -> Option<J> {
        let of_stranger =
            self.known.is_empty() || (self.taken >= TURNS && !self.strangers.is_empty());
        if of_stranger {
            self.taken = 0;
            self.strangers.pop_front()
        } else {
            self.taken += 1;
            self.known.pop_front()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_take_no_place_of_known_browsers_and_get_every_fourth_turn() {
        let queue = Queue::new();
        let pushed = (0..100).filter(|_| queue.push(Share::Strangers, 's')).count();
        assert_eq!(pushed, OF_STRANGERS);
        let pushed = (0..100).filter(|_| queue.push(Share::Known, 'k')).count();
        assert_eq!(pushed, OF_KNOWN);
        let taken: String = (0..40).filter_map(|_| queue.take()).collect();
        assert_eq!(taken, format!("{}{}", "kkks".repeat(8), "s".repeat(8)));
        queue.close();
        assert_eq!((queue.take(), queue.push(Share::Known, 'k')), (None, false));
    }
}
