//! Reading TOML with places: tables that remember which keys were asked for, and values that can
//! say where they stand.
//!
//! Invariant: whatever a dialect file says is either read or refused; the keys that a refusal
//! names as expected are the very keys that the code asked for.

mod item;
mod table;

pub(crate) use item::Item;
pub(crate) use table::Table;
