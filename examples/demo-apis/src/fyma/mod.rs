//! Cameras behind one-day tokens, or tokens of an older system: `GET /tracking-cameras`.
//!
//! Bearer, or Basic with a legacy token. Errors are `{"error", "error_description"}`.

mod cameras;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::routing::get;
use bytes::Bytes;
use serde::Serialize;
use verify::{BasicEncoding, Rejection, Verifier, VerifyLayer};

use crate::ScopeText;
use crate::kinds::{ACCESS_TOKEN, LEGACY_TOKEN, guard};
use crate::reply::{json, status_of};
use cameras::{Camera, cameras};

/// The scopes of this API. Every token for it may list the cameras. A client can use the scopes to
/// narrow its tokens.
pub const SCOPES: [ScopeText; 2] =
    [("cameras:read", "List the cameras."), ("counts:read", "Read what the cameras counted.")];

/// The API. `verifier` decides which callers are accepted.
pub fn router(verifier: Arc<Verifier>) -> Router {
    let layer = VerifyLayer::new(verifier)
        .basic(BasicEncoding::Plain)
        .realm("fyma")
        .on_rejection(Arc::new(rejected));
    let routes = Router::new().route("/tracking-cameras", get(list));
    guard(routes, layer, &[ACCESS_TOKEN, LEGACY_TOKEN])
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::new(cameras()))
}

async fn list(State(cameras): State<Arc<Vec<Camera>>>) -> axum::response::Response {
    json(StatusCode::OK, &*cameras)
}

#[derive(Serialize)]
struct ApiError {
    error: &'static str,
    error_description: &'static str,
}

async fn method_not_allowed() -> axum::response::Response {
    let error_description = "cameras can be read by GET only";
    let error = ApiError { error: "invalid_request", error_description };
    json(StatusCode::METHOD_NOT_ALLOWED, &error)
}

async fn not_found() -> axum::response::Response {
    let error_description = "there is nothing at this path";
    json(StatusCode::NOT_FOUND, &ApiError { error: "not_found", error_description })
}

fn rejected(rejection: &Rejection, _request_id: &str) -> Response<Bytes> {
    let error = rejection.code().map_or("unauthorized", |code| code.as_str());
    let error_description = rejection.public();
    json(status_of(rejection), &ApiError { error, error_description })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Issuer, read};

    fn api() -> Router {
        let issuer = Issuer::default()
            .knows("token", "access_token", "org_a", "")
            .knows("id:secret", "legacy_token", "org_a", "")
            .knows("client:secret", "client_secret", "org_a", "")
            .suspended("late");
        router(issuer.verifier())
    }

    #[tokio::test]
    async fn a_token_and_a_legacy_pair_list_the_cameras() {
        let api = api();
        for header in ["Bearer token", "Basic aWQ6c2VjcmV0"] {
            let answer = read(&api, "/tracking-cameras", header).await;
            assert_eq!(answer.status, 200, "{header}");
            assert_eq!(answer.body.as_array().unwrap().len(), 30);
            assert!(answer.body[0]["id"].is_string());
        }
    }

    #[tokio::test]
    async fn the_pair_of_a_client_has_to_be_exchanged_first() {
        let answer = read(&api(), "/tracking-cameras", "Basic Y2xpZW50OnNlY3JldA==").await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (401, &"invalid_token".into()));
    }

    #[tokio::test]
    async fn refusals_have_the_published_shape() {
        let api = api();
        for (header, status) in [("", 401), ("Bearer nobody", 401), ("Bearer late", 403)] {
            let answer = read(&api, "/tracking-cameras", header).await;
            assert_eq!(answer.status, status, "{header:?}");
            assert!(answer.body["error"].is_string());
            assert!(answer.body["error_description"].is_string());
        }
    }
}
