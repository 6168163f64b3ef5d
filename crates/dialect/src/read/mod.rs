//! Reads TOML with positions: tables that remember which keys the code read, and values that know
//! their position.
//!
//! Invariant: every key of a dialect file is either read or refused. The keys that an error names
//! as expected are the keys that the code reads.

mod item;
mod table;

pub(crate) use item::Item;
pub(crate) use table::Table;
