//! Reads, each on one connection. What is stored and cannot be read is an error, never a gap.

pub(crate) mod entities;
pub(crate) mod limits;
pub(crate) mod trail;
