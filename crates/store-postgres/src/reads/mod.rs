//! What can be asked, as SQL. Conditions are added as they are asked for, so that the database
//! plans for those alone; each combination is prepared once a connection.

mod conditions;
pub(crate) mod entities;
pub(crate) mod limits;
pub(crate) mod trail;

/// A text that the database cannot hold: no column has a value with it.
fn is_nowhere(text: &str) -> bool {
    text.contains('\0')
}
