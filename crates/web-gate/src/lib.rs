//! What API services and their proxies call: the gate, the change feed, the status lists.
//!
//! [`gate`] answers a proxy's question whether a request may pass. [`feed`] publishes what was revoked to
//! those who verify tokens themselves. Neither knows the other.

pub mod feed;
pub mod gate;
