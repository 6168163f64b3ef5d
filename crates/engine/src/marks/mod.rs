//! The marks that a token depends on, and which of them are revoked: published for clients that
//! check tokens offline.
//!
//! Invariant: [`marks_of`] and [`Chain`](crate::Chain) agree. The chain denies a token exactly when
//! a mark of that token is revoked; tests run long random histories to check this. An expiry alone
//! is no mark: a JWT expires no later than the credential it was minted from.

mod effective;
mod entity;
mod ledger;

pub use effective::{effective, effective_in_memory};
pub use entity::marks_of;
pub(crate) use entity::{by_status_index_or_id, is_marked, of_grant};
pub use ledger::{Ledger, LedgerChanges, Ledgers};
