//! Tests of the engine on the store in memory: no HTTP, a fixed clock, and every denial checked by
//! its private code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

extern crate postern_engine as engine;

#[cfg(test)]
mod account;
#[cfg(test)]
mod authorize;
#[cfg(test)]
mod flows;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod support;
