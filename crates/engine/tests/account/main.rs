//! A person manages only their own resources: the engine on the store in memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

extern crate postern_engine as engine;

mod apps;
mod connections;
mod passwords;
mod people;
mod tokens;
mod world;
