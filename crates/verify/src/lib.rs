//! A library for API services: it finds out who is calling, for which organization, with which
//! scopes.
//!
//! A [`Verifier`] checks a presented credential offline (signature, issuer, audience, times, and
//! revocation by following the issuer's feed), by asking the issuer (RFC 7662), or both. A
//! [`VerifyLayer`] puts it in front of any tower service. The request continues with a
//! [`Principal`] in its extensions, or is answered with 401, 403 or 503 and the right
//! `WWW-Authenticate` (RFC 6750 §3).
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//! use verify::{Verifier, VerifyLayer};
//!
//! let verifier = Verifier::builder()
//!     .issuer("https://login.example.com")
//!     .audience("https://api.example.com")
//!     .jwks_url("https://login.example.com/jwks.json")
//!     .follow("https://login.example.com/feed")
//!     .build()?;
//! let contacts = VerifyLayer::new(Arc::new(verifier)).scopes(["contacts.read"]);
//! # Ok(()) }
//! ```
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `http-client` | yes | fetches keys, follows the feed, reads status lists and introspects, all over HTTP |
//! | `axum` | no | [`Principal`] is an axum extractor |
//!
//! Every reason to refuse a request has its own [`Rejection`]. Its [`std::fmt::Display`] text is
//! precise and private. One exhaustive table in `rejection.rs` maps it to the public answer.
//! Neither shows secrets.

mod breaker;
mod build_error;
mod builder;
mod checks;
mod claims;
mod dependencies;
#[cfg(feature = "axum")]
mod extract;
#[cfg(feature = "http-client")]
mod feed;
mod header_error;
#[cfg(feature = "http-client")]
mod http_client;
mod introspect;
#[cfg(feature = "http-client")]
mod introspect_http;
mod keys;
mod layer;
mod offline;
mod presented;
mod principal;
mod rejection;
mod request_info;
mod revocation;
mod seen;
mod token_state;
mod unavailable;
mod verifier;

pub use build_error::BuildError;
pub use builder::VerifierBuilder;
pub use claims::{ClaimNames, Claims};
#[cfg(feature = "http-client")]
pub use feed::{Following, HeardBy};
pub use header_error::{AuthorizationHeaderError, MAX_CREDENTIAL};
pub use introspect::{BoxFuture, InactiveReason, Introspect, Introspection};
#[cfg(feature = "http-client")]
pub use introspect_http::HttpIntrospection;
pub use layer::{RejectionBody, VerifyLayer, VerifyService};
pub use oauth::{AccessToken, ClientSecret, Scope, ScopeSet};
pub use presented::{BasicEncoding, Presented, Schemes};
pub use principal::{Caller, Principal};
pub use rejection::{Rejection, Scheme};
pub use request_info::{RemoteAddress, RequestId, RequestInfo};
pub use token_state::WhenStale;
pub use unavailable::Unavailable;
pub use verifier::{Mode, Observe, Verifier};

/// The example of the README compiles.
#[cfg(all(doctest, feature = "axum", feature = "http-client"))]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;
