//! Queries. Only the conditions that are set are added, so that the database plans for them alone.
//! A connection prepares each combination once.

pub(crate) mod changes;
mod conditions;
pub(crate) mod entities;
pub(crate) mod limits;
pub(crate) mod trail;

/// Whether no column can hold this text.
fn cannot_be_stored(text: &str) -> bool {
    text.contains('\0')
}

/// Converts a sequence number. A number beyond the range is later than all others.
fn to_bigint(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}
