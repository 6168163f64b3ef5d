//! This API's errors: `{"error": code, "message": text, "requestId": id}`. With the id, support can
//! look up the private reason.

use axum::http::{Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;
use verify::{Rejection, RequestId};

use crate::reply::{json, status_of};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiError<'a> {
    error: &'a str,
    message: &'a str,
    request_id: &'a str,
}

/// An error of a handler.
pub(super) fn error_response<R: From<Bytes>>(
    status: StatusCode,
    error: &str,
    message: &str,
    request_id: Option<&RequestId>,
) -> Response<R> {
    let request_id = request_id.map_or("", |id| &id.0);
    json(status, &ApiError { error, message, request_id })
}

/// The answer to a rejected request.
pub(super) fn rejected(rejection: &Rejection, request_id: &str) -> Response<Bytes> {
    let (error, message) = match rejection {
        Rejection::Suspended => ("forbidden", "the client or its organization is not active"),
        Rejection::InsufficientScope { .. } => {
            ("insufficient_scope", "the access token is missing a required scope")
        }
        Rejection::IssuerUnavailable(_) | Rejection::StatusUnknown(_) => {
            ("unavailable", rejection.public())
        }
        Rejection::RepeatedHeader => ("invalid_request", rejection.public()),
        _ => ("unauthorized", rejection.public()),
    };
    json(status_of(rejection), &ApiError { error, message, request_id })
}
