//! Reads, each on one connection. Stored data that cannot be read is an error and is never skipped,
//! except in lists of credentials ([`store::PageReader`]).

pub(crate) mod entities;
pub(crate) mod limits;
pub(crate) mod trail;
