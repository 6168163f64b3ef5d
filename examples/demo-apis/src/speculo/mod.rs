//! Contacts behind long-lived tokens: `GET` and `POST /v1/contacts`.
//!
//! Bearer tokens only. Errors are `{"error", "message", "requestId"}`.

mod book;
mod contact;
mod error;
mod handlers;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use verify::{Verifier, VerifyLayer};

use crate::ScopeText;
use crate::kinds::{ACCESS_TOKEN, guard};
use crate::reply::MAX_BODY;
use book::Book;

/// The scopes of this API.
pub const SCOPES: [ScopeText; 2] = [
    ("contacts.read", "Read the contacts of your organization."),
    ("contacts.write", "Create and change contacts of your organization."),
];

/// The API. `verifier` decides which callers are accepted.
pub fn router(verifier: Arc<Verifier>) -> Router {
    let book = Arc::new(Book::new());
    let layer = VerifyLayer::new(verifier).realm("speculo").on_rejection(Arc::new(error::rejected));
    let reading = Router::new().route("/v1/contacts", get(handlers::list));
    let writing = Router::new().route("/v1/contacts", post(handlers::create));
    let accepted = &[ACCESS_TOKEN];
    guard(reading, layer.clone().scopes(["contacts.read"]), accepted)
        .merge(guard(writing, layer.scopes(["contacts.write"]), accepted))
        .method_not_allowed_fallback(handlers::method_not_allowed)
        .fallback(handlers::not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(book)
}

#[cfg(test)]
mod tests;
