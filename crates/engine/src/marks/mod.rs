//! What a token hangs from, and what of that is bad: told to whoever checks tokens offline.
//!
//! Invariant: [`marks_of`] and [`Chain`](crate::Chain) agree. Whatever makes [`Chain`] refuse a token is a mark of
//! that token which is bad, and nothing else is; the tests play whole histories to see it. What ends by the clock alone
//! is no mark: a JWT ends no later than the credential it was minted from.

mod effective;
mod entity;
mod ledger;

pub use effective::{effective, effective_in_memory};
pub use entity::marks_of;
pub(crate) use entity::{by_status_index_or_id, of_grant};
pub use ledger::{Ledger, Ledgers, Noted};
