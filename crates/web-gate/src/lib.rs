//! What API services and their proxies call: the gate, the change feed, the status lists.
//!
//! [`gate`] answers a proxy that asks whether a request may pass. [`feed`] publishes revocations to services that
//! verify tokens themselves. Neither module uses the other.

pub mod feed;
pub mod gate;
