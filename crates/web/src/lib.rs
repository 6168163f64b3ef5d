//! HTTP: extract, let the engine decide, respond.
//!
//! A [`Door`] stands behind each listener. It finds the realm by host and path prefix, and there the
//! first of these that knows the path answers: the dialect's endpoints, `/admin`, `/healthz` and
//! `/readyz`, what is mounted beside the issuer. Every answer carries a request id.

pub mod metrics;

mod proxies;
mod request_id;
mod site;
mod state;

pub use proxies::{Network, NotANetwork, TrustedProxies};
pub use site::{NotASite, Site};
pub use state::{House, RealmState};
