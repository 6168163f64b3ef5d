//! The account API below `/account`: what a person manages of their own, from a browser where they are
//! signed in, or with a personal access token.
//!
//! Invariant: a call exists only after it was found out whose it is, and nothing is found that is not
//! theirs. What is decided is decided in [`engine::account`]; table, document, errors and paging are
//! those of the admin API.

mod call;
mod routes;
mod same_origin;
#[cfg(test)]
mod tests;

use axum::Router;
use web_base::RealmState;

/// Where the routes are.
const ROOT: &str = "/account/v1";
/// Where the document is.
const DOCUMENT: &str = "/account/openapi.json";

/// The account API of one realm.
pub(crate) fn router(state: RealmState) -> Router {
    routes::all().into_router(state)
}

/// The OpenAPI document of the account API: the same for every realm.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::all().into_document()
}
