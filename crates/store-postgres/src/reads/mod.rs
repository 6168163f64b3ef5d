//! What can be asked, as SQL. Conditions are added as they are asked for, so that the database
//! plans for those alone; each combination is prepared once a connection.

pub(crate) mod changes;
mod conditions;
pub(crate) mod entities;
pub(crate) mod limits;
pub(crate) mod trail;

/// A text that the database cannot hold: no column has a value with it.
fn is_nowhere(text: &str) -> bool {
    text.contains('\0')
}

/// A number past the last is past all.
fn to_bigint(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}
