//! People, their tokens and their apps in GraphQL: `POST /graphql`.
//!
//! Bearer tokens, with or without the word Bearer; without a token the caller is nobody. A token
//! that is not good is 403 `{"error": "Your token is not valid."}`; a missing scope is a GraphQL
//! error with `extensions.code = "FORBIDDEN"`.

mod accounts;
mod apps;
mod context;
mod endpoint;
mod facts;
mod scalars;
mod schema;
mod scopes;
mod shape;
mod types;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::post;
use verify::{Verifier, VerifyLayer};

use crate::kinds::{ACCESS_TOKEN, PERSONAL_ACCESS_TOKEN, guard};
use crate::reply::LONGEST_BODY;
pub use accounts::{
    Accounts, AccountsError, App, AppFacts, Author, NewApp, NewToken, Profile, Token,
};
pub use facts::ServerFacts;
pub use scopes::{NEVER_GIVEN, SCOPES};

/// The API, for callers that `verifier` lets through.
pub fn router(verifier: Arc<Verifier>, accounts: Arc<dyn Accounts>, facts: ServerFacts) -> Router {
    let layer = VerifyLayer::new(verifier)
        .bare_token()
        .optional()
        .realm("speckle")
        .on_rejection(Arc::new(endpoint::rejected));
    let routes = Router::new().route("/graphql", post(endpoint::execute));
    guard(routes, layer, &[ACCESS_TOKEN, PERSONAL_ACCESS_TOKEN])
        .method_not_allowed_fallback(endpoint::method_not_allowed)
        .route_layer(from_fn(endpoint::cross_origin))
        .fallback(endpoint::not_found)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(schema::build(accounts, facts))
}

#[cfg(test)]
mod tests;
