//! End-to-end tests: the real binary, real sockets, real files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "these are tests"
)]

mod access_requests;
mod account;
mod browser;
mod budgets;
mod cli;
mod clients;
mod cookbook;
mod dialects;
mod docs;
mod durability;
mod faults;
mod feed;
mod gate;
mod guessing;
mod harbour;
mod harness;
mod hidden_text;
mod leak;
mod partner;
mod postgres;
mod readme;
mod rotation;
mod serving;
mod standard;
