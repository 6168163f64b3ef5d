//! What a follower knows: the bad marks, how far it has come, and up to when that is true. Pure.
//!
//! Invariants: a message changes something only where nothing lies between it and what is known
//! already; the sequence falls only where everything is replaced by something newer; nobody's clock
//! makes this one believe in the future.

use std::time::Duration;

use base::Timestamp;
use status::{Marks, Update};

use crate::dependencies::Dependencies;

/// The most that is held, in bytes. An issuer that tells more is not followed any further, and
/// what it says is not taken for complete.
const MOST_BYTES: usize = 256 << 20;

/// What is known.
#[derive(Debug, Default)]
pub(crate) struct Known {
    marks: Marks,
    /// Rises with every change of the marks; 0 before the first.
    version: u64,
    /// `None` before the first snapshot.
    at: Option<At>,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) sequence: u64,
    /// The newest moment up to which a sender claimed to know everything, by its own clock.
    claimed: i64,
    /// The same, but never later than when it was heard.
    pub(crate) as_of: Timestamp,
}

/// What came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absorbed {
    /// Everything up to its sequence is known.
    Taken,
    /// Something is missing between: a snapshot is needed.
    Gap,
    /// It would be too much to hold.
    TooMuch,
}

impl Known {
    pub(crate) const fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Whether something that a token depends on is bad.
    pub(crate) fn refuses(&self, dependencies: &Dependencies) -> bool {
        // Before the first snapshot there is nothing to ask, and nothing to remember.
        self.version > 0 && dependencies.any(self.version, |mark| self.marks.contains(mark))
    }

    pub(crate) const fn at(&self) -> Option<At> {
        self.at
    }

    /// Whether what is known is recent enough at `now`.
    pub(crate) fn is_fresh(&self, now: Timestamp, stale_after: Duration) -> bool {
        // Both ways: a clock that was set back must not make old knowledge young.
        self.at.is_some_and(|at| {
            now.since(at.as_of) <= stale_after && at.as_of.since(now) <= stale_after
        })
    }

    /// Takes a message that was heard at `now`.
    pub(crate) fn absorb(&mut self, update: &Update, now: Timestamp) -> Absorbed {
        let Some(at) = &mut self.at else { return Absorbed::Gap };
        if update.reset || update.after > at.sequence || update.sequence < update.after {
            return Absorbed::Gap;
        }
        let says_something = !update.gone.is_empty() || !update.back.is_empty();
        if update.sequence == at.sequence && update.as_of < at.claimed && says_something {
            // An old one once more, or another node's view: which came first cannot be told.
            return Absorbed::Gap;
        }
        if update.sequence >= at.sequence && says_something {
            if self.marks.bytes() > MOST_BYTES {
                return Absorbed::TooMuch;
            }
            self.marks.apply(update);
            self.version += 1;
        }
        // A change of many marks comes in parts, and only the last has its sequence number: until
        // then not everything is known that the sender knew.
        let is_part = says_something && update.sequence == update.after;
        if !is_part {
            at.as_of = at.as_of.max(Timestamp::from_millis(update.as_of).min(now));
        }
        at.sequence = at.sequence.max(update.sequence);
        at.claimed = at.claimed.max(update.as_of);
        Absorbed::Taken
    }

    /// Takes a snapshot in place of everything that is known; whether it is none of the past.
    ///
    /// A smaller sequence with newer knowledge is that of a database that was restored: it is
    /// believed once what is known here is stale anyway.
    pub(crate) fn replace(
        &mut self,
        marks: Marks,
        new: (u64, i64),
        now: (Timestamp, bool),
    ) -> bool {
        let ((sequence, claimed), (now, fresh)) = (new, now);
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

    /// Drops what is over by itself.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        self.marks.expire(now);
    }
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
