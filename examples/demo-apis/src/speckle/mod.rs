//! Users, their tokens and their apps in GraphQL: `POST /graphql`.
//!
//! Bearer tokens, with or without the word Bearer. Without a token the caller is anonymous. An
//! invalid token is answered with 403 `{"error": "Your token is not valid."}`, a missing scope with
//! a GraphQL error with `extensions.code = "FORBIDDEN"`.

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
use crate::reply::MAX_BODY;
pub use accounts::{
    Accounts, AccountsError, App, AppFacts, Author, NewApp, NewToken, Profile, Token,
};
pub use facts::ServerFacts;
pub use scopes::{NEVER_GIVEN, SCOPES};

/// The API. `verifier` decides which callers are accepted.
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
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(schema::build(accounts, facts))
}

#[cfg(test)]
mod tests;
