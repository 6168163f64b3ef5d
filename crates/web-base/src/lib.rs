//! What all HTTP parts of Postern share: the state of the process and of a realm, a request whose realm is
//! known, bodies, responses, request ids, trusted proxies, the URL of an issuer, metrics.
//!
//! The crate `web` decides which part answers which path. This crate and the parts do not know it: they get the
//! request and the state.

pub mod body;
pub mod cookies;
pub mod headers;
mod limits;
mod log_limiter;
pub mod metrics;
pub mod names;
pub mod proxies;
mod refusal_lines;
mod refusals;
mod request;
pub mod request_id;
pub mod respond;
pub mod site;
mod state;

pub use limits::WebLimits;
pub use log_limiter::LogLimiter;
pub use proxies::{Network, ParseNetworkError, TrustedProxies};
pub use request::{RealmRequest, is_below};
pub use request_id::X_REQUEST_ID;
pub use site::{ParseSiteError, Site};
pub use state::{AppState, RealmState};
