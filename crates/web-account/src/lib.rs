//! The account API below `/account`: what users manage of their own, from a browser where they are signed in, or with
//! a personal access token.
//!
//! Invariant: a call exists only after the user was authenticated, and it finds nothing that is not theirs. Decisions
//! are made in [`engine::account`].

mod call;
mod routes;
mod same_origin;
#[cfg(test)]
mod tests;

use axum::Router;
use web_base::RealmState;

/// The account API of one realm.
pub fn router(state: RealmState) -> Router {
    routes::all().into_router(state)
}

/// The OpenAPI document of the account API: the same for every realm.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::all().into_document()
}
