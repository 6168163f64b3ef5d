//! What a follower knows: the revoked marks, its sequence number, and the time up to which the data
//! is complete. Pure.
//!
//! Invariants: a message has an effect only where no message is missing before it. The sequence
//! number only falls where everything is replaced by newer data. Another clock that is ahead never
//! makes the data look newer than this clock's time.

use std::time::Duration;

use base::Timestamp;
use status::{Marks, Update};

use crate::dependencies::Dependencies;

/// The memory limit, in bytes. An issuer that publishes more is not followed any further, and its
/// data does not count as complete.
const MAX_BYTES: usize = 256 << 20;

/// The revoked marks, with their version and position.
#[derive(Debug, Default)]
pub(crate) struct Known {
    marks: Marks,
    /// Rises with every change of the marks; 0 before the first change.
    version: u64,
    /// The position in the feed; `None` before the first snapshot.
    at: Option<At>,
    /// Whether any snapshot is better than what is known.
    distrusted: bool,
}

/// The position in the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) sequence: u64,
    /// The latest time up to which a sender claimed complete knowledge, by the sender's clock.
    claimed: i64,
    /// The same, but never later than the time at which the message was received.
    pub(crate) as_of: Timestamp,
}

/// The result of applying a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpdateOutcome {
    /// The message was applied, so everything up to its sequence number is known.
    Applied,
    /// Messages are missing in between, so a snapshot is needed.
    Gap,
    /// The memory limit would be exceeded.
    MemoryExceeded,
}

impl Known {
    pub(crate) const fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Whether one of the marks is revoked.
    pub(crate) fn refuses(&self, dependencies: &Dependencies) -> bool {
        // Before the first snapshot, no mark is known.
        self.version > 0 && dependencies.any(self.version, |mark| self.marks.contains(mark))
    }

    pub(crate) const fn at(&self) -> Option<At> {
        self.at
    }

    /// Whether the data is recent enough at `now`.
    pub(crate) fn is_fresh(&self, now: Timestamp, stale_after: Duration) -> bool {
        // The absolute difference: a clock that was set back must not make old data look new.
        self.at.is_some_and(|at| {
            now.since(at.as_of) <= stale_after && at.as_of.since(now) <= stale_after
        })
    }

    /// Applies a message that was received at `now`.
    pub(crate) fn apply(&mut self, update: &Update, now: Timestamp) -> UpdateOutcome {
        let Some(at) = &mut self.at else { return UpdateOutcome::Gap };
        if update.reset || update.after > at.sequence || update.sequence < update.after {
            return UpdateOutcome::Gap;
        }
        let has_changes = !update.gone.is_empty() || !update.back.is_empty();
        if update.sequence == at.sequence && update.as_of < at.claimed && has_changes {
            // It may be a repeated message or that of another node. Their order is unknown.
            return UpdateOutcome::Gap;
        }
        if update.sequence >= at.sequence && has_changes {
            if self.marks.bytes() > MAX_BYTES {
                return UpdateOutcome::MemoryExceeded;
            }
            self.marks.apply(update);
            self.version += 1;
        }
        // A change of many marks comes in parts, and only the last part has its sequence number.
        // Until then, the data is not complete up to the sender's time.
        let is_part = has_changes && update.sequence == update.after;
        if !is_part {
            at.as_of = at.as_of.max(Timestamp::from_millis(update.as_of).min(now));
        }
        at.sequence = at.sequence.max(update.sequence);
        at.claimed = at.claimed.max(update.as_of);
        UpdateOutcome::Applied
    }

    /// Replaces all data by a snapshot. Returns whether the snapshot is new enough.
    ///
    /// A smaller sequence number with a later time comes from a restored database. It is accepted
    /// when the known data is stale anyway.
    pub(crate) fn replace(
        &mut self,
        marks: Marks,
        new: (u64, i64),
        now: (Timestamp, bool),
    ) -> bool {
        let ((sequence, claimed), (now, fresh)) = (new, now);
        if std::mem::take(&mut self.distrusted) {
            self.at = None;
        }
        let believed = self.at.is_none_or(|at| {
            sequence > at.sequence
                || (sequence == at.sequence && claimed >= at.claimed)
                || (!fresh && claimed > at.claimed)
        });
        if believed {
            let new = At { sequence, claimed, as_of: Timestamp::from_millis(claimed).min(now) };
            self.at = Some(match self.at.filter(|at| at.sequence <= sequence) {
                None => new,
                Some(at) => At {
                    sequence,
                    claimed: claimed.max(at.claimed),
                    as_of: new.as_of.max(at.as_of),
                },
            });
            self.marks = marks;
            self.version += 1;
        }
        believed
    }

    /// Some of what is known may come from a thief: the next snapshot replaces all of it, the position too.
    pub(crate) const fn distrust(&mut self) {
        self.distrusted = true;
    }

    /// Drops the marks that have expired.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        self.marks.expire(now);
    }
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
