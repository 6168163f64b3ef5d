//! What a token hangs from, and what of that is bad: told to whoever checks tokens offline.
//!
//! Invariant: [`marks_of`] and [`Chain`] agree. Whatever makes [`Chain`] refuse a token is a mark of
//! that token which is bad, and nothing else is; the tests play whole histories to see it. What ends by the clock alone
//! is no mark: a JWT ends no later than the credential it was minted from.

mod effective;
mod entity;
mod ledger;
mod token;

pub use effective::{effective, effective_in_memory};
pub use entity::marks_of;
pub use ledger::{Ledger, Ledgers, Noted};
pub(crate) use token::write_claim;
pub use token::{ParentCredential, status_of};

#[cfg(doc)]
use crate::Chain;
