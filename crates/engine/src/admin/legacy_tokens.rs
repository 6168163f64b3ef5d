//! Legacy tokens: of an older system, imported with the secrets that their holders have already.
//! None is ever created here.
//!
//! Invariant: importing is idempotent by id. The tokens of one organization at one resource server
//! share a grant; each is narrowed to its own scopes.

mod import;
mod row;

pub use import::{MAX_ROWS, import};
pub use row::{Import, ImportedSecret, LegacyRow, RowOutcome, RowResult};
