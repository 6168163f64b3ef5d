//! What is no longer good: the words in which an issuer tells it and a verifier keeps it. Pure.
//!
//! Everything a token depends on has a [`Mark`]: its credential, its grant, the client, the
//! organization, the user, the membership, the API, the token itself. A token names its marks in its
//! `status` claim ([`TokenStatus`]); an issuer tells which marks went bad or became good again
//! ([`Update`]); whoever holds the bad ones knows of any token whether it still holds.

mod claim;
mod mark;
mod update;

pub use claim::{NotAStatus, TokenStatus};
pub use mark::{Mark, PLACES_PER_LIST};
pub use update::{Gone, Snapshot, Update};
