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
pub mod people;

mod access_request;
mod endpoint;
pub mod feed;
mod health;
mod listener;
mod pages;
mod portal;
mod realm;
#[cfg(test)]
mod tests;

pub use axum::Router;
pub use axum::body::Body;
pub use listener::{ListenerService, Realms, Serves};
pub use portal::{Portal, PortalApp, PortalRealm};
pub use realm::Realm;
pub use web_base::{
    AppState, Network, ParseNetworkError, ParseSiteError, RealmState, Site, TrustedProxies,
    WebLimits, X_REQUEST_ID,
};
pub use web_base::{attempts, metrics};
