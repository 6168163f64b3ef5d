//! From the dialect's answer to an HTTP response.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use dialect::Outgoing;

/// Nobody keeps it (RFC 9111 §5.2.2.5).
pub const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The response that `outgoing` describes.
pub fn outgoing(outgoing: Outgoing) -> Response<Body> {
    let Outgoing { status, headers, body } = outgoing;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { continue };
        let value = match value {
            Cow::Borrowed(text) => HeaderValue::from_str(text),
            Cow::Owned(text) => HeaderValue::try_from(text),
        };
        // A dialect's templates were checked at load: what does not fit came with a request.
        if let Ok(value) = value {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Lets pages of any origin read an answer, never with the person's cookies (Fetch §3.2.1).
pub fn to_any_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("x-request-id, www-authenticate, retry-after"),
    );
}

/// What may be asked of a path (RFC 9110 §9.3.7), also by pages of other origins where `cors` (Fetch
/// §3.2.2).
pub fn options(allow: &[&str], cors: bool) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if let Ok(allow) = HeaderValue::try_from(format!("{}, OPTIONS", allow.join(", "))) {
        headers.insert(header::ALLOW, allow);
    }
    if cors && let Ok(methods) = HeaderValue::try_from(allow.join(", ")) {
        to_any_origin(headers);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type"),
        );
        // As long as Chromium remembers it at most.
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    }
    response
}

/// A line of plain text that nobody keeps.
pub fn plain(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}
