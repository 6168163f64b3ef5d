//! HTTP: extract, let the engine decide, respond.
//!
//! A [`ListenerService`] stands behind each listener. It finds the realm by host and path prefix, and there the
//! first of these that knows the path answers: the dialect's endpoints, `/admin`, `/account`, the pages for
//! people, `/healthz` and `/readyz`, what is mounted beside the issuer. Every answer carries a request id.

pub mod account;
pub mod admin;
#[doc(hidden)]
pub mod fuzzing;
pub mod gate;
pub mod mail;
pub mod metrics;
pub mod people;

mod access_request;
mod body;
mod endpoint;
pub mod feed;
mod health;
mod listener;
mod pages;
mod portal;
mod proxies;
mod realm;
mod refusals;
mod request;
mod request_id;
mod respond;
mod site;
mod state;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use axum::Router;
pub use axum::body::Body;
pub use listener::{ListenerService, Realms, Serves};
pub use portal::{Portal, PortalApp, PortalRealm};
pub use proxies::{Network, ParseNetworkError, TrustedProxies};
pub use realm::Realm;
pub use request::{RealmRequest, is_below};
pub use request_id::X_REQUEST_ID;
pub use site::{ParseSiteError, Site};
pub use state::{AppState, RealmState};

/// What a request may take.
#[derive(Clone, Copy, Debug)]
pub struct WebLimits {
    /// Bytes of a body, where a dialect does not say less.
    pub body: usize,
    /// From the end of the head to the end of the body.
    pub body_time: Duration,
    /// From the end of the head to the answer.
    pub answer_time: Duration,
}
