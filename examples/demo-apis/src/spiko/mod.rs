//! Investors behind directly presented keys, or tokens: `GET /v1/investors/`.
//!
//! Basic with an API key, or Bearer. 401 is `{"reason", "_tag"}`; 403 has no body.

mod investors;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::{Response, StatusCode};
use axum::routing::get;
use bytes::Bytes;
use serde::Serialize;
use verify::{BasicEncoding, Rejection, Verifier, VerifyLayer};

use crate::ScopeText;
use crate::kinds::{ACCESS_TOKEN, API_KEY, guard};
use crate::reply::{bytes_of, empty, json, json_bytes, status_of};
use investors::INVESTORS;

/// The scopes of this API. Keys and tokens give access to all of it. The scopes only decide whether
/// a connection gets a refresh token.
pub const SCOPES: [ScopeText; 2] = [
    ("offline", "Stay connected while you are away."),
    ("offline_access", "Stay connected while you are away."),
];

/// The API. `verifier` decides which callers are accepted.
pub fn router(verifier: Arc<Verifier>) -> Router {
    let layer = VerifyLayer::new(verifier)
        .basic(BasicEncoding::Form)
        .realm("spiko")
        .on_rejection(Arc::new(rejected));
    let routes = Router::new().route("/v1/investors", get(list)).route("/v1/investors/", get(list));
    guard(routes, layer, &[API_KEY, ACCESS_TOKEN])
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
}

async fn list() -> axum::response::Response {
    // The data never changes, so it is serialised once.
    static BODY: LazyLock<Bytes> = LazyLock::new(|| bytes_of(&INVESTORS));
    json_bytes(StatusCode::OK, BODY.clone())
}

async fn not_found() -> axum::response::Response {
    json(StatusCode::NOT_FOUND, &ApiError { reason: "nothing at this path", tag: "RouteNotFound" })
}

async fn method_not_allowed() -> axum::response::Response {
    let error = ApiError { reason: "investors can be read by GET only", tag: "MethodNotAllowed" };
    json(StatusCode::METHOD_NOT_ALLOWED, &error)
}

#[derive(Serialize)]
struct ApiError {
    reason: &'static str,
    #[serde(rename = "_tag")]
    tag: &'static str,
}

fn rejected(rejection: &Rejection, _request_id: &str) -> Response<Bytes> {
    let status = status_of(rejection);
    let tag = match status {
        StatusCode::UNAUTHORIZED => "InvestorAuthenticationError",
        StatusCode::BAD_REQUEST => "HttpApiDecodeError",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
        _ => return empty(status),
    };
    json(status, &ApiError { reason: rejection.public(), tag })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Issuer, read};

    fn api() -> Router {
        let issuer = Issuer::default()
            .knows("key:secret", "api_key", "org_a", "")
            .knows("k y:s+c", "api_key", "org_a", "")
            .knows("token", "access_token", "org_a", "offline")
            .knows("app:secret", "client_secret", "org_a", "")
            .suspended("late:secret");
        router(issuer.verifier())
    }

    #[tokio::test]
    async fn a_key_by_basic_and_a_token_by_bearer_read_all_investors() {
        let api = api();
        // `key:secret`, then `k%20y:s%2Bc`: the parts are form-urldecoded.
        for header in ["Basic a2V5OnNlY3JldA==", "Basic ayUyMHk6cyUyQmM=", "Bearer token"] {
            for path in ["/v1/investors/", "/v1/investors"] {
                let answer = read(&api, path, header).await;
                assert_eq!(answer.status, 200, "{path} {header}");
                assert_eq!(answer.body.as_array().unwrap().len(), INVESTORS.len());
            }
        }
    }

    #[tokio::test]
    async fn refusals_have_the_published_shapes() {
        let api = api();
        // Empty; `key:wrong`; the secret of a client, `app:secret`; no colon; not base64.
        let wrong = ["", "Basic a2V5Ondyb25n", "Basic YXBwOnNlY3JldA==", "Basic a2V5", "Basic %"];
        for header in wrong.into_iter().chain(["Bearer nobody"]) {
            let answer = read(&api, "/v1/investors/", header).await;
            assert_eq!(answer.status, 401, "{header:?}");
            assert_eq!(answer.body["_tag"], "InvestorAuthenticationError");
            assert!(answer.body["reason"].is_string());
        }
        let suspended = read(&api, "/v1/investors/", "Basic bGF0ZTpzZWNyZXQ=").await;
        assert_eq!((suspended.status.as_u16(), suspended.body.is_null()), (403, true));
    }
}
