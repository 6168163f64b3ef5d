//! The marks that are bad: what nodes and verifiers hold. A bit a place; about 9 bytes any other
//! mark, its end included.

use base::Timestamp;

use crate::named::{Named, Packer};
use crate::page::NEVER;
use crate::status_indexes::StatusIndexes;
use crate::{Gone, Mark, Update};

/// How long a mark is held past its end: clocks differ, and who checks a token may allow it a few
/// minutes more (RFC 7519 §4.1.4).
const HELD_LONGER: i64 = 10;

/// A set of bad marks.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    status_indexes: StatusIndexes,
    named: Named,
}

impl Marks {
    /// Whether `mark` is bad.
    pub fn contains(&self, mark: Mark) -> bool {
        match mark.as_status_index() {
            Some(status_index) => self.status_indexes.contains(status_index),
            None => self.named.contains(mark.as_u64()),
        }
    }

    /// `mark` is bad from now on. `until`, in seconds since the Unix epoch, is when whatever depends
    /// on it is over by itself; it is rounded up to a minute. Places are held for good: what a bit
    /// takes, an end would not save.
    pub fn set(&mut self, mark: Mark, until: Option<i64>) {
        match mark.as_status_index() {
            Some(status_index) => self.status_indexes.set(status_index),
            None => self.named.set(mark.as_u64(), until.map_or(NEVER, minute)),
        }
    }

    /// `mark` is good again.
    pub fn clear(&mut self, mark: Mark) {
        match mark.as_status_index() {
            Some(status_index) => self.status_indexes.clear(status_index),
            None => self.named.clear(mark.as_u64()),
        }
    }

    /// Takes over what a message of the feed says.
    pub fn apply(&mut self, update: &Update) {
        for gone in &update.gone {
            self.set(gone.mark, gone.until);
        }
        for mark in &update.back {
            self.clear(*mark);
        }
    }

    /// Drops what was over ten minutes before `now`.
    pub fn expire(&mut self, now: Timestamp) {
        let past = now.seconds().div_euclid(60).saturating_sub(HELD_LONGER);
        self.named.expire(u32::try_from(past.max(0)).unwrap_or(NEVER));
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.status_indexes.len() + self.named.len()
    }

    /// Whether nothing is bad.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What they take in memory, in bytes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.status_indexes.bytes() + self.named.bytes()
    }

    /// All of them: places, then names, each rising.
    pub fn iter(&self) -> impl Iterator<Item = Gone> + '_ {
        let status_indexes = self
            .status_indexes
            .iter()
            .map(|status_index| Gone { mark: Mark::status_index(status_index), until: None });
        status_indexes.chain(self.names())
    }

    /// Those that are no places, rising.
    pub fn names(&self) -> impl Iterator<Item = Gone> + '_ {
        self.named.iter().filter_map(|(mark, until)| {
            let until = (until != NEVER).then(|| i64::from(until) * 60);
            Mark::from_u64(mark).map(|mark| Gone { mark, until })
        })
    }

    /// How many are no places.
    pub const fn names_len(&self) -> usize {
        self.named.len()
    }

    /// The numbers of the status lists that have a bit set, rising.
    pub fn lists(&self) -> impl Iterator<Item = u32> + '_ {
        self.status_indexes.lists()
    }

    /// The bytes of a status list: 128 KiB, a bit a place (Token Status List §4.1).
    pub fn list(&self, number: u32) -> Vec<u8> {
        self.status_indexes.list(number)
    }

    /// Adds the bits of a status list.
    pub(crate) fn set_list(&mut self, number: u32, bytes: &[u8]) {
        self.status_indexes.set_list(number, bytes);
    }
}

/// Takes marks that come in order, faster than one by one.
#[derive(Debug, Default)]
pub(crate) struct Loading(Packer);

impl Loading {
    /// Takes the next name; it must be above the one before.
    pub(crate) fn push(&mut self, mark: Mark, until: Option<i64>) {
        self.0.push((mark.as_u64(), until.map_or(NEVER, minute)));
    }

    pub(crate) fn finish(self) -> Marks {
        Marks { status_indexes: StatusIndexes::default(), named: self.0.finish() }
    }
}

/// The first full minute since the Unix epoch at or after `seconds`; at least the first one, since a
/// snapshot has 0 for "never".
fn minute(seconds: i64) -> u32 {
    let up = seconds.div_euclid(60) + i64::from(seconds.rem_euclid(60) != 0);
    u32::try_from(up.max(1)).unwrap_or(NEVER)
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
