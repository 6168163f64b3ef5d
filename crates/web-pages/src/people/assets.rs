//! The files that pages load: the style sheet, and the icon that browsers request by themselves.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};

use crate::style;

const ICON: &str = include_str!("../../assets/icon.svg");
const ICON_PATH: &str = "/favicon.ico";

/// Whether there is a file at `path`.
pub(super) fn is_asset(path: &str) -> bool {
    path == ICON_PATH || path == style::path()
}

/// The response with the file at `path`.
pub(super) fn answer(path: &str) -> Response<Body> {
    if path != ICON_PATH {
        return style::answer();
    }
    let mut response = Response::new(Body::from(ICON));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // An SVG that is opened directly could run scripts. This one has none, and the policy forbids them.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    response
}
