//! Reads, each on one connection. What is stored and cannot be read is an error, never a
//! gap; but for lists of credentials ([`store::PageReader`]).

pub(crate) mod entities;
pub(crate) mod limits;
pub(crate) mod trail;
