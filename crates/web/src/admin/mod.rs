//! The admin API below `/admin`: who may, what they send, and how they are answered.
//!
//! Invariant: router and OpenAPI document are made from one table, so neither knows a route that
//! the other does not; each row names the one scope its route needs. What is decided is
//! decided in [`engine::admin`].

pub(crate) mod api;
pub(crate) mod call;
mod document;
pub(crate) mod read;
mod refuse;
pub(crate) mod routes;
pub(crate) mod table;
#[cfg(test)]
mod tests;

use axum::Router;
use web_base::RealmState;

/// Where the routes are.
const ROOT: &str = "/admin/v1";
/// Where the document is.
const DOCUMENT: &str = "/admin/openapi.json";

/// The admin API of one realm.
pub fn router(state: RealmState) -> Router {
    routes::all().into_router(state)
}

/// The OpenAPI document of the admin API: the same for every realm.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::all().into_document()
}
