//! What pages load beside themselves: the style, and the icon that browsers ask for unasked.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};

use crate::style;

const ICON: &str = include_str!("../../assets/icon.svg");
const ICON_PATH: &str = "/favicon.ico";

/// Whether there is something to load at `path`.
pub(super) fn is_one(path: &str) -> bool {
    path == ICON_PATH || path == style::path()
}

/// What is there.
pub(super) fn answer(path: &str) -> Response<Body> {
    if path != ICON_PATH {
        return style::answer();
    }
    let mut response = Response::new(Body::from(ICON));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Opened by itself, an image could run scripts; this one has none and may have none.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    response
}
