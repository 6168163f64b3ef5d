//! Sign-in and sign-out, by clause: who may sign in, what is returned, what is stored, and what
//! happens when two requests run at once.

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
