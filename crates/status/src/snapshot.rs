//! Writes and reads snapshots of all revoked marks. Invariant: reading a snapshot never produces
//! more than the limits, however small its compressed form is.

use flate2::Compression;

use crate::deflate::{deflated, inflated, inflated_each};
use crate::marks::{Marks, MarksBuilder};
use crate::{INDEXES_PER_LIST, Mark, Snapshot};

/// The largest number of marks without a status index in a snapshot.
pub const MAX_OTHER_MARKS: usize = 8 << 20;
/// The largest number of status lists in a snapshot: a billion indexes, 128 MiB.
const MAX_LISTS: usize = 1_024;

const LIST_BYTES: usize = INDEXES_PER_LIST as usize / 8;

/// The snapshot cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the snapshot is malformed or too large")]
pub struct ParseSnapshotError;

impl Snapshot {
    /// A snapshot of `marks` at `sequence`, complete up to `as_of` (milliseconds since the Unix
    /// epoch).
    pub fn of(marks: &Marks, iss: &str, sequence: u64, as_of: i64) -> Self {
        // Anybody may ask for a snapshot. A higher level takes several times as long for a few percent.
        let list = |number| (number, deflated(&marks.list(number), Compression::fast()));
        Self {
            iss: iss.to_owned(),
            sequence,
            as_of,
            lists: marks.lists().map(list).collect(),
            marks: names(marks),
            signing_keys: None,
        }
    }

    /// The revoked marks in the snapshot.
    ///
    /// # Errors
    /// [`ParseSnapshotError`] when it is malformed or exceeds a limit.
    pub fn marks(&self) -> Result<Marks, ParseSnapshotError> {
        self.read().ok_or(ParseSnapshotError)
    }

    fn read(&self) -> Option<Marks> {
        let mut marks = read_names(&self.marks, MAX_OTHER_MARKS)?;
        if self.lists.len() > MAX_LISTS {
            return None;
        }
        for (number, list) in &self.lists {
            let bytes = inflated(list, LIST_BYTES)?;
            if *number >= u32::MAX / INDEXES_PER_LIST {
                return None;
            }
            marks.set_list(*number, &bytes);
        }
        Some(marks)
    }
}

/// The marks that are not a status index, as text: 16 bytes each, compressed.
pub(crate) fn names(marks: &Marks) -> String {
    let mut names = Vec::new();
    for gone in marks.names() {
        names.extend(gone.mark.as_u64().to_be_bytes());
        names.extend(gone.until.unwrap_or(0).to_be_bytes());
    }
    // The bytes are mostly random, so a higher compression level would save nothing.
    deflated(&names, Compression::fast())
}

/// Reads what [`names`] wrote; `None` where it is malformed or has more than `most` marks.
pub(crate) fn read_names(text: &str, most: usize) -> Option<Marks> {
    let (mut loading, mut last, mut count) = (MarksBuilder::default(), None, 0);
    inflated_each(text, |piece: [u8; 16]| {
        let (mark, until) = (piece.first_chunk::<8>()?, piece.last_chunk::<8>()?);
        let mark = Mark::from_u64(u64::from_be_bytes(*mark))?;
        let until = i64::from_be_bytes(*until);
        count += 1;
        let rises = last.replace(mark).is_none_or(|last| last < mark);
        if !rises || mark.as_status_index().is_some() || count > most {
            return None;
        }
        loading.push(mark, (until != 0).then_some(until));
        Some(())
    })?;
    Some(loading.finish())
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
