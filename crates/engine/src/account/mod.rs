//! What a person manages of their own, one file a thing: tokens, apps, what they gave other apps,
//! where they are signed in, and what they did.
//!
//! Invariant: ownership. Each operation takes a [`Person`] and finds only what is theirs; whatever is
//! somebody else's is not found, exactly as if it did not exist.

pub mod apps;
pub mod connections;
pub mod history;
pub mod sessions;
pub mod tokens;

mod person;

pub use person::{Person, SESSION};
