//! Reads the values of headers as bytes.
//!
//! A value may have bytes that are not ASCII (`obs-text`, RFC 9110 §5.5): from a cookie that another program set on
//! the same host, from a proxy, or from a caller. Invariant: such a byte costs only the part of a value that it is in,
//! never the whole header.

use axum::http::{HeaderMap, HeaderName, header};

/// The parts of all values of a header, split at `separator`, without white space around them.
pub fn parts<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    separator: u8,
) -> impl DoubleEndedIterator<Item = &'a [u8]> {
    let values = headers.get_all(name).iter();
    values.flat_map(move |value| split(value.as_bytes(), separator))
}

/// The parts of one value, split at `separator`, without white space around them.
pub fn split(value: &[u8], separator: u8) -> impl DoubleEndedIterator<Item = &[u8]> {
    value.split(move |byte| *byte == separator).map(<[u8]>::trim_ascii)
}

/// Whether `Content-Type` names this media type, with any parameters (RFC 9110 §8.3.1).
pub fn has_media_type(headers: &HeaderMap, essence: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes());
    let found = value.and_then(|value| split(value, b';').next());
    found.is_some_and(|found| found.eq_ignore_ascii_case(essence.as_bytes()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn rfc9110_5_5_a_byte_that_is_not_ascii_costs_only_its_part() {
        let mut headers = HeaderMap::new();
        for value in [&b"a, \xff"[..], b"b\xe9 ,\tc"] {
            headers.append(header::ACCEPT, HeaderValue::from_bytes(value).unwrap());
        }
        let all: Vec<_> = parts(&headers, &header::ACCEPT, b',').collect();
        assert_eq!(all, [&b"a"[..], b"\xff", b"b\xe9", b"c"]);
        let last = parts(&headers, &header::ACCEPT, b',').next_back();
        assert_eq!(last, Some(&b"c"[..]));
    }

    #[test]
    fn rfc9110_8_3_1_a_media_type_is_found_with_any_parameters() {
        for (value, is_json) in [
            (&b"application/json"[..], true),
            (b"Application/JSON ; title=\"Jos\xe9\"", true),
            (b"application/json-patch", false),
            (b"\xff", false),
            (b"", false),
        ] {
            let value = HeaderValue::from_bytes(value).unwrap();
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value)]);
            assert_eq!(has_media_type(&headers, "application/json"), is_json, "{headers:?}");
        }
        assert!(!has_media_type(&HeaderMap::new(), "application/json"));
    }
}
