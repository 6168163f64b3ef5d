//! The authorization endpoint: what people are asked, and the results of their answers, with the
//! store in memory and a fixed clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

extern crate postern_engine as engine;

mod apps;
mod challenges;
mod connections;
mod consent;
mod histories;
mod identity;
mod order;
mod organizations;
mod race;
mod redirects;
mod requests;
mod scopes;
mod signing_in;
mod world;
