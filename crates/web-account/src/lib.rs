//! The account API below `/account`: users manage their own apps, tokens and sessions, with a browser session or with
//! a personal access token.
//!
//! Invariant: a call exists only after the user was authenticated, and it can read and change only what is the user's
//! own. Decisions are made in [`engine::account`].

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
