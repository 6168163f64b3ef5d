//! GraphQL over HTTP: one operation per request, as JSON by POST.
//!
//! Only JSON is accepted, so a page of another origin cannot make a browser send an operation
//! without a preflight.

use async_graphql::{Request as Operation, Value};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, HeaderValue,
};
use axum::http::request::Parts;
use axum::http::{Method, Response as HttpResponse, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json as object;
use verify::{Principal, Rejection, RequestInfo};

use super::schema::Schema;
use super::scopes::Caller;
use super::shape;
use crate::reply::{empty, is_json, json, status_of};

/// `POST /graphql`
pub(super) async fn execute(
    State(schema): State<Schema>,
    parts: Parts,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    if !is_json(&parts.headers) {
        let why = "The body must be JSON.";
        return unreadable(StatusCode::UNSUPPORTED_MEDIA_TYPE, why);
    }
    let body = match body {
        Ok(body) => body,
        Err(unread) => return unreadable(unread.status(), "The body cannot be read."),
    };
    let Ok(operation) = serde_json::from_slice::<Operation>(&body) else {
        let why = "Expected one operation: {query, variables?, operationName?}.";
        return unreadable(StatusCode::BAD_REQUEST, why);
    };
    if let Err(why) = shape::check(&operation.query) {
        return unreadable(StatusCode::BAD_REQUEST, why);
    }
    let operation = match caller(&parts) {
        Some(caller) => operation.data(caller),
        None => operation,
    };
    let answer = schema.execute(operation).await;
    // Without data and path, the operation was not run: it does not parse or does not fit the
    // schema.
    let ran = answer.data != Value::Null || answer.errors.iter().any(|e| !e.path.is_empty());
    let status = if ran { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    json(status, &answer)
}

/// The caller; `None` for an anonymous one.
fn caller(parts: &Parts) -> Option<Caller> {
    let principal = parts.extensions.get::<Principal>()?;
    Some(Caller {
        user: principal.user.clone(),
        scopes: principal.scopes.iter().map(|scope| scope.as_str().to_owned()).collect(),
        request: RequestInfo::from_parts(&parts.method, parts.uri.path(), &parts.extensions),
    })
}

/// The answer to a request without an operation.
fn unreadable(status: StatusCode, why: &str) -> Response {
    let error = object!({"message": why, "extensions": {"code": "BAD_REQUEST"}});
    json(status, &object!({"errors": [error]}))
}

pub(super) async fn method_not_allowed() -> Response {
    unreadable(StatusCode::METHOD_NOT_ALLOWED, "Operations are sent by POST.")
}

pub(super) async fn not_found() -> Response {
    unreadable(StatusCode::NOT_FOUND, "There is nothing at this path.")
}

/// The answer to a rejected request.
pub(super) fn rejected(rejection: &Rejection, _request_id: &str) -> HttpResponse<bytes::Bytes> {
    match rejection {
        Rejection::IssuerUnavailable(_) | Rejection::StatusUnknown(_) => {
            json(status_of(rejection), &object!({"error": "Try again in a moment."}))
        }
        _ => json(StatusCode::FORBIDDEN, &object!({"error": "Your token is not valid."})),
    }
}

/// Allows calls from pages of any origin: the page itself sends the token, never the browser.
pub(super) async fn cross_origin(request: Request, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS;
    let mut response =
        if preflight { empty(StatusCode::NO_CONTENT) } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if preflight {
        let allowed = HeaderValue::from_static(
            "authorization, content-type, apollographql-client-name, apollographql-client-version",
        );
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, OPTIONS"));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}
