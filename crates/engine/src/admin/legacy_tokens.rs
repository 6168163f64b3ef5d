//! Legacy tokens: tokens of an older system, imported with the secrets that their holders have.
//! They are only imported, never issued.
//!
//! Invariant: importing is idempotent by id. The tokens of one organization at one resource server
//! share a grant; each is narrowed to its own scopes.

mod import;
mod row;

pub use import::{MAX_ROWS, import};
pub use row::{Import, ImportedSecret, LegacyRow, RowOutcome, RowResult};
