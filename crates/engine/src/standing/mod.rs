//! What a token hangs from, and what of that is bad: told to whoever checks tokens offline.
//!
//! Invariant: [`marks_of`] and [`Chain`] agree. Whatever makes [`Chain`] refuse a token is a mark of
//! that token which is bad, and nothing else is; the tests play whole histories to see it. What ends by the clock alone
//! is no mark: a JWT ends no later than the credential it was minted from.

mod effective;
mod ledger;
mod marks;
mod token;

pub use effective::{effective, effective_in_memory};
pub use ledger::{Ledger, Ledgers, Noted};
pub(crate) use marks::is_marked;
pub use marks::marks_of;
pub(crate) use token::write_claim;
pub use token::{Root, status_of};

#[cfg(doc)]
use crate::Chain;
