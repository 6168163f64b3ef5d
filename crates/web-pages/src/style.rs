//! The style sheet that all pages share.
//!
//! Its path has the hash of its content, so a browser may cache it for ever.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, header};
use base::digest::sha256;
use base::encoding::base64url;

const STYLE: &str =
    concat!(include_str!("../assets/postern.css"), include_str!("../assets/people.css"));

static PATH: LazyLock<String> = LazyLock::new(|| {
    let hash = base64url(sha256(STYLE.as_bytes()));
    format!("/assets/postern-{}.css", hash.get(..16).unwrap_or(&hash))
});

const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "text/css; charset=utf-8"),
    (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The path of the style sheet below a realm or the portal.
pub fn path() -> &'static str {
    &PATH
}

/// The style sheet.
pub fn answer() -> Response<Body> {
    let mut response = Response::new(Body::from(STYLE));
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
