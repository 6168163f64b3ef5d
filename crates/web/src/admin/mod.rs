//! The admin API below `/admin`: who may, what they send, and how they are answered.
//!
//! Invariant: router and OpenAPI document are made from one table, so neither knows a route that
//! the other does not; each row names the one scope its route needs. What is decided is
//! decided in [`engine::admin`].

mod call;
mod document;
mod names;
mod read;
mod refuse;
mod routes;
mod table;
#[cfg(test)]
mod tests;

use axum::Router;

use crate::RealmState;

/// Where the routes are.
const ROOT: &str = "/admin/v1";
/// Where the document is.
const DOCUMENT: &str = "/admin/openapi.json";

/// The admin API of one realm.
pub fn router(state: RealmState) -> Router {
    let (router, document) = routes::all().finish();
    router
        .merge(document::served(document))
        .fallback(refuse::nothing_here)
        .method_not_allowed_fallback(refuse::method_not_allowed)
        .with_state(state)
}

/// The OpenAPI document of the admin API: the same for every realm.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::all().finish().1
}
