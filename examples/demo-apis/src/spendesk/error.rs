//! This API's errors: `{"errors": [{"code", "detail", "source"?}]}`.

use axum::http::{Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;
use verify::Rejection;

use crate::query::QueryError;
use crate::reply::{json, status_of};

#[derive(Serialize)]
struct ApiError<'a> {
    errors: [One<'a>; 1],
}

#[derive(Serialize)]
struct One<'a> {
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source<'a>>,
}

/// The parameter that caused the error.
#[derive(Serialize)]
struct Source<'a> {
    parameter: &'a str,
}

/// An error that no parameter caused.
pub(super) fn error<R: From<Bytes>>(status: StatusCode, code: &str, detail: &str) -> Response<R> {
    json(status, &ApiError { errors: [One { code, detail, source: None }] })
}

/// The error of a parameter that cannot be parsed.
pub(super) fn wrong<R: From<Bytes>>(wrong: &QueryError) -> Response<R> {
    let source = Some(Source { parameter: wrong.parameter });
    let one = One { code: "invalid_parameter", detail: &wrong.why, source };
    json(StatusCode::BAD_REQUEST, &ApiError { errors: [one] })
}

/// The answer to a rejected request.
pub(super) fn rejected(rejection: &Rejection, _request_id: &str) -> Response<Bytes> {
    let code = match rejection {
        Rejection::Suspended => "forbidden",
        Rejection::InsufficientScope { .. } => "insufficient_scope",
        Rejection::IssuerUnavailable(_) | Rejection::StatusUnknown(_) => "service_unavailable",
        Rejection::RepeatedHeader => "bad_request",
        _ => "unauthorized",
    };
    error(status_of(rejection), code, rejection.public())
}
