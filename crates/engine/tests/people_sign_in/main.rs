//! Signing in and out, by clause: who is let in, what is told, what of it is kept, and what happens
//! when two do it at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

extern crate postern_engine as engine;

mod fixture;
mod racing;
mod sessions;
mod signing_in;
