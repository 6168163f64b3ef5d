//! What the responses of all APIs share.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;

/// A scope and one sentence that says what it means.
pub type ScopeText = (&'static str, &'static str);

/// Longest request body that is read, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// `body` as JSON.
pub(crate) fn json<R: From<Bytes>>(status: StatusCode, body: &impl Serialize) -> Response<R> {
    json_bytes(status, bytes_of(body))
}

/// `body` as JSON text. A value without a JSON form would be empty; no value here is such.
pub(crate) fn bytes_of(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body).map(Bytes::from).unwrap_or_default()
}

/// A body that is JSON text already.
pub(crate) fn json_bytes<R: From<Bytes>>(status: StatusCode, body: Bytes) -> Response<R> {
    let mut response = empty::<Bytes>(status).map(|_| R::from(body));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// An empty body. The response depends on the caller, so it is not cacheable.
pub(crate) fn empty<R: From<Bytes>>(status: StatusCode) -> Response<R> {
    let mut response = Response::new(R::from(Bytes::new()));
    *response.status_mut() = status;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The status of a rejection.
pub(crate) fn status_of(rejection: &verify::Rejection) -> StatusCode {
    StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::UNAUTHORIZED)
}

/// Whether the content type is JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let essence = value.and_then(|value| value.split(|byte| *byte == b';').next());
    essence.is_some_and(|it| it.trim_ascii().eq_ignore_ascii_case(b"application/json"))
}
