//! Makes HTTP responses: from the dialect's output, and plain ones.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use dialect::Outgoing;

/// Forbids caches to store the response (RFC 9111 §5.2.2.5).
pub const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The response that `outgoing` describes.
pub fn outgoing(outgoing: Outgoing) -> Response<Body> {
    outgoing_whole(outgoing).map(Body::from)
}

/// The same response, with its body as bytes.
pub fn outgoing_whole(outgoing: Outgoing) -> Response<Vec<u8>> {
    let Outgoing { status, headers, body } = outgoing;
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { continue };
        let value = match value {
            Cow::Borrowed(text) => HeaderValue::from_str(text),
            Cow::Owned(text) => HeaderValue::try_from(text),
        };
        // The templates of a dialect were checked at load, so an invalid value came with the request.
        if let Ok(value) = value {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Allows pages of any origin to read the response, without cookies (Fetch §3.2.1).
pub fn to_any_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("x-request-id, www-authenticate, retry-after"),
    );
}

/// The response to OPTIONS: the methods of a path (RFC 9110 §9.3.7). With `cors` it also answers the preflight
/// requests of pages of other origins (Fetch §3.2.2).
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
        // The most that Chromium allows, in seconds.
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    }
    response
}

/// Whether a response is a page.
pub fn is_page(response: &Response<Body>) -> bool {
    let media_type = response.headers().get(header::CONTENT_TYPE);
    media_type.is_some_and(|it| it.as_bytes().starts_with(b"text/html"))
}

/// A response of plain text that caches do not store.
pub fn plain(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}
