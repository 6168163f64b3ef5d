//! Dispatch: which part of which realm answers a request.
//!
//! A [`ListenerService`] finds the realm by host and path prefix. A [`Realm`] finds the part by the path: the gate,
//! the dialect's endpoints, `/admin`, the pages, `/account`, the feed, `/healthz` and `/readyz`, what is mounted
//! beside the issuer. Each part is a crate that does not depend on this one. Every answer has a
//! request id.

mod endpoint;
mod health;
mod listener;
mod process;
mod realm;
#[cfg(test)]
mod tests;

pub use axum::Router;
pub use axum::body::Body;
pub use listener::{ListenerService, Realms, Serves, names_local_host};
pub use realm::Realm;
pub use web_base::metrics;
pub use web_base::{
    AppState, Network, ParseNetworkError, ParseSiteError, RealmState, Site, TrustedProxies,
    WebLimits, X_REQUEST_ID,
};
pub use web_gate::{feed, gate};
pub use web_pages::mail;
pub use web_pages::portal::{Portal, PortalApp, PortalRealm};
pub use {web_account as account, web_admin as admin};
