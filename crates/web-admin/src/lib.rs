//! The admin API below `/admin`: its routes, their requests and responses.
//!
//! Invariant: router and OpenAPI document are made from one table, so they have the same routes. Each row names the
//! scope that its route needs. Decisions are made in [`engine::admin`].

mod call;
mod routes;
#[cfg(test)]
mod tests;

use axum::Router;
use web_base::RealmState;

/// The admin API of one realm.
pub fn router(state: RealmState) -> Router {
    routes::all().into_router(state)
}

/// The OpenAPI document of the admin API: the same for every realm.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::all().into_document()
}
