//! The set of revoked marks that nodes and verifiers hold. A status index takes one bit; any other
//! mark takes about 9 bytes, including its expiry.

use base::Timestamp;

use crate::named::{Named, Packer};
use crate::page::NEVER;
use crate::status_indexes::StatusIndexes;
use crate::{Mark, RevokedMark, Update};

/// How long a mark is held after its expiry, in minutes. Clocks differ, and a verifier may accept a
/// token a few minutes longer (RFC 7519 §4.1.4).
const HELD_AFTER_EXPIRY_MINUTES: i64 = 10;

/// A set of revoked marks.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    status_indexes: StatusIndexes,
    named: Named,
}

impl Marks {
    /// Whether `mark` is revoked.
    pub fn contains(&self, mark: Mark) -> bool {
        match mark.as_status_index() {
            Some(status_index) => self.status_indexes.contains(status_index),
            None => self.named.contains(mark.as_u64()),
        }
    }

    /// Records that `mark` is revoked. `until`, in seconds since the Unix epoch, is when everything
    /// that depends on it has expired; it is rounded up to a minute. Status indexes are held
    /// forever: an expiry would take more memory than the bit saves.
    pub fn set(&mut self, mark: Mark, until: Option<i64>) {
        match mark.as_status_index() {
            Some(status_index) => self.status_indexes.set(status_index),
            None => self.named.set(mark.as_u64(), until.map_or(NEVER, minute)),
        }
    }

    /// Records that `mark` is active again.
    pub fn clear(&mut self, mark: Mark) {
        match mark.as_status_index() {
            Some(status_index) => self.status_indexes.clear(status_index),
            None => self.named.clear(mark.as_u64()),
        }
    }

    /// Applies a message of the feed.
    pub fn apply(&mut self, update: &Update) {
        for gone in &update.gone {
            self.set(gone.mark, gone.until);
        }
        for mark in &update.back {
            self.clear(*mark);
        }
    }

    /// Drops the marks that expired more than ten minutes before `now`.
    pub fn expire(&mut self, now: Timestamp) {
        let past = now.seconds().div_euclid(60).saturating_sub(HELD_AFTER_EXPIRY_MINUTES);
        self.named.expire(u32::try_from(past.max(0)).unwrap_or(NEVER));
    }

    /// The number of revoked marks.
    pub const fn len(&self) -> usize {
        self.status_indexes.len() + self.named.len()
    }

    /// Whether no mark is revoked.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The memory that the set takes, in bytes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.status_indexes.bytes() + self.named.bytes()
    }

    /// All marks: status indexes first, then the others, each in rising order.
    pub fn iter(&self) -> impl Iterator<Item = RevokedMark> + '_ {
        let status_indexes = self.status_indexes.iter().map(|status_index| RevokedMark {
            mark: Mark::status_index(status_index),
            until: None,
        });
        status_indexes.chain(self.names())
    }

    /// The marks that are not a status index, in rising order.
    pub fn names(&self) -> impl Iterator<Item = RevokedMark> + '_ {
        self.named.iter().filter_map(|(mark, until)| {
            let until = (until != NEVER).then(|| i64::from(until) * 60);
            Mark::from_u64(mark).map(|mark| RevokedMark { mark, until })
        })
    }

    /// The number of marks that are not a status index.
    pub const fn names_len(&self) -> usize {
        self.named.len()
    }

    /// The numbers of the status lists that have a bit set, in rising order.
    pub fn lists(&self) -> impl Iterator<Item = u32> + '_ {
        self.status_indexes.lists()
    }

    /// The bytes of a status list: 128 KiB, one bit per index (Token Status List §4.1).
    pub fn list(&self, number: u32) -> Vec<u8> {
        self.status_indexes.list(number)
    }

    /// Adds the bits of a status list.
    pub(crate) fn set_list(&mut self, number: u32, bytes: &[u8]) {
        self.status_indexes.set_list(number, bytes);
    }
}

/// Builds a set from marks that come in order. This is faster than adding them one by one.
#[derive(Debug, Default)]
pub(crate) struct MarksBuilder(Packer);

impl MarksBuilder {
    /// Adds the next mark that is not a status index. It must be above the one before.
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
