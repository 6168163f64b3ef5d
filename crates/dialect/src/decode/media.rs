//! The media type of a body (RFC 9110 §8.3.1).

/// The encoding of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

/// Reads a `Content-Type`; `None` for any other type, and for a charset other than UTF-8.
pub(super) fn media_type(content_type: Option<&str>) -> Option<Encoding> {
    let mut parts = content_type?.split(';');
    let essence = parts.next()?.trim();
    let encoding = if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Encoding::Form
    } else if essence.eq_ignore_ascii_case("application/json") {
        Encoding::Json
    } else {
        return None;
    };
    let utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        let value = value.trim().trim_matches('"');
        !name.trim().eq_ignore_ascii_case("charset")
            || value.eq_ignore_ascii_case("utf-8")
            || value.eq_ignore_ascii_case("us-ascii")
    });
    utf8.then_some(encoding)
}
