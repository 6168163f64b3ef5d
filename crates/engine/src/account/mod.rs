//! The resources that a person manages for themselves. Each has its own file: tokens, apps,
//! connections to other apps, sessions, and history.
//!
//! Invariant: ownership. Each operation takes a [`Person`] and finds only the resources of that
//! person. A resource of another person is not found, exactly as if it did not exist.

pub mod apps;
pub mod connections;
pub mod history;
pub mod sessions;
pub mod tokens;

mod person;

pub use person::{Person, SESSION};
