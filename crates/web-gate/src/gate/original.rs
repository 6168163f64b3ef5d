//! The caller's original request to the API, as the proxy describes it.
//!
//! Invariant: only the headers of the realm's [`Source`] are read. The caller may have sent any other header, so it
//! is ignored. A header that occurs twice is refused: the caller may have sent one of the two. A query may have any
//! bytes, since the decision does not depend on it; a path with bytes that are not ASCII is refused ([`super::path`]).

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use engine::GateReason;

use super::Source;

/// Method, host and path of the caller's request to the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Original<'a> {
    /// The method: upper-case letters, digits and hyphens.
    pub(super) method: &'a str,
    /// The host as it was sent: in any case, with or without port.
    pub(super) host: &'a str,
    /// The path as it was sent, without the query.
    pub(super) path: &'a str,
}

/// A header: its name in error messages, and its name in requests.
type Named = (&'static str, HeaderName);

static ORIGINAL: [Named; 3] = [
    ("X-Original-Method", HeaderName::from_static("x-original-method")),
    ("X-Original-Host", HeaderName::from_static("x-original-host")),
    ("X-Original-URI", HeaderName::from_static("x-original-uri")),
];
static FORWARDED: [Named; 3] = [
    ("X-Forwarded-Method", HeaderName::from_static("x-forwarded-method")),
    ("X-Forwarded-Host", HeaderName::from_static("x-forwarded-host")),
    ("X-Forwarded-Uri", HeaderName::from_static("x-forwarded-uri")),
];

impl<'a> Original<'a> {
    /// Reads it from the proxy's request. `below` is the path after `/gate`.
    ///
    /// # Errors
    /// A header of `source` is missing, repeated or malformed.
    pub(super) fn read(
        source: Source,
        head: &'a Parts,
        below: &'a str,
    ) -> Result<Self, GateReason> {
        let from_headers = |[method, host, uri]: &'static [Named; 3]| {
            Ok(Self {
                method: single_value(&head.headers, method)?,
                host: single_value(&head.headers, host)?,
                path: path_of(value_of(&head.headers, uri)?)?,
            })
        };
        let (original, names) = match source {
            Source::Original => {
                (from_headers(&ORIGINAL)?, ["X-Original-Method", "X-Original-Host"])
            }
            Source::Forwarded => {
                (from_headers(&FORWARDED)?, ["X-Forwarded-Method", "X-Forwarded-Host"])
            }
            Source::Path => (Self::from_request_line(head, below)?, ["the request line", "Host"]),
        };
        let is_method_byte = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=32).contains(&original.method.len())
            || !original.method.bytes().all(is_method_byte)
        {
            return Err(GateReason::HeaderMalformed(names[0], "method"));
        }
        let is_host_byte = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
        if !(1..=261).contains(&original.host.len()) || !original.host.bytes().all(is_host_byte) {
            return Err(GateReason::HeaderMalformed(names[1], "host"));
        }
        Ok(original)
    }

    /// With [`Source::Path`], the proxy sends the caller's own request, with `/gate` before its path.
    fn from_request_line(head: &'a Parts, below: &'a str) -> Result<Self, GateReason> {
        // RFC 9112 §3.2.2: an absolute request target takes precedence over `Host`.
        let host = match head.uri.authority() {
            Some(authority) => authority.as_str(),
            None => single_value(&head.headers, &("Host", header::HOST))?,
        };
        let path = if below.is_empty() { "/" } else { below };
        Ok(Self { method: head.method.as_str(), host, path })
    }
}

/// The value of a header that must occur exactly once.
fn value_of<'a>(headers: &'a HeaderMap, (spelled, name): &Named) -> Result<&'a [u8], GateReason> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value.as_bytes()),
        (None, _) => Err(GateReason::HeaderMissing(spelled)),
        (Some(_), Some(_)) => Err(GateReason::HeaderRepeated(spelled)),
    }
}

/// Whether `Connection` names more than options of the connection itself. A proxy removes the headers that are named
/// there (RFC 9110 §7.6.1), also those that it copied from the gate: a caller could take its own identity away.
pub(super) fn names_headers(headers: &HeaderMap) -> bool {
    let is_option = |option: &[u8]| {
        let option = option.trim_ascii();
        let known: [&[u8]; 4] = [b"close", b"keep-alive", b"upgrade", b"te"];
        option.is_empty() || known.iter().any(|it| option.eq_ignore_ascii_case(it))
    };
    let mut values = headers.get_all(header::CONNECTION).iter();
    !values.all(|value| value.as_bytes().split(|b| *b == b',').all(is_option))
}

/// The same as text.
fn single_value<'a>(headers: &'a HeaderMap, named: &Named) -> Result<&'a str, GateReason> {
    let value = value_of(headers, named)?;
    std::str::from_utf8(value).map_err(|_| GateReason::HeaderMalformed(named.0, "plain text"))
}

/// The path of a request target, without its query.
fn path_of(target: &[u8]) -> Result<&str, GateReason> {
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    std::str::from_utf8(path).map_err(|_| GateReason::PathAmbiguous("what is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn head(uri: &str, pairs: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method("GET").uri(uri);
        for (name, value) in pairs {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    const HEADERS: [(&str, &str); 3] = [
        ("X-Original-Method", "POST"),
        ("X-Original-Host", "api.example"),
        ("X-Original-URI", "/v1/x?y=/z"),
    ];

    #[test]
    fn only_the_headers_of_the_configured_source_are_read() {
        let mut pairs = HEADERS.to_vec();
        pairs.extend([
            ("X-Forwarded-Method", "GET"),
            ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Uri", "/public"),
            ("Host", "inner"),
        ]);
        let head = head("/gate/v2?q", &pairs);
        let read = |source| {
            let it = Original::read(source, &head, "/v2").unwrap();
            (it.method, it.host, it.path)
        };
        assert_eq!(read(Source::Original), ("POST", "api.example", "/v1/x"));
        assert_eq!(read(Source::Forwarded), ("GET", "evil.example", "/public"));
        assert_eq!(read(Source::Path), ("GET", "inner", "/v2"));
    }

    #[test]
    fn a_query_may_have_any_bytes_and_a_path_may_not() {
        let read = |uri: &[u8]| {
            let mut head = head("/gate", &HEADERS[..2]);
            let value = axum::http::HeaderValue::from_bytes(uri).unwrap();
            head.headers.insert("x-original-uri", value);
            let read = Original::read(Source::Original, &head, "");
            read.map(|it| super::super::path::plain(it.path).map(Into::into))
        };
        for query in [&b"Jos\xc3\xa9"[..], b"Jos\xe9", b"?\xff?", b"Jos%C3%A9"] {
            let uri = [b"/v1/x?name=", query].concat();
            assert_eq!(read(&uri), Ok(Ok("/v1/x".to_owned())), "{query:?}");
        }
        assert!(read("/v1/Jos\u{e9}".as_bytes()).unwrap().is_err());
        assert_eq!(read(b"/v1/Jos\xe9"), Err(GateReason::PathAmbiguous("what is not UTF-8")));
    }

    #[test]
    fn a_header_that_is_missing_or_came_twice_is_named() {
        for (index, (name, _)) in HEADERS.iter().enumerate() {
            let mut pairs = HEADERS.to_vec();
            pairs.remove(index);
            let missing = Original::read(Source::Original, &head("/gate", &pairs), "").unwrap_err();
            assert_eq!(missing, GateReason::HeaderMissing(name));
            assert!(missing.to_string().contains(name), "{missing}");
            pairs.push(HEADERS[index]);
            pairs.push((name, "/public"));
            let twice = Original::read(Source::Original, &head("/gate", &pairs), "").unwrap_err();
            assert_eq!(twice, GateReason::HeaderRepeated(name));
        }
        let error = Original::read(Source::Path, &head("/gate", &[]), "").unwrap_err();
        assert_eq!(error, GateReason::HeaderMissing("Host"));
    }

    #[test]
    fn rfc9110_7_6_1_connection_names_no_header() {
        let names = |values: &[&str]| {
            let pairs: Vec<_> = values.iter().map(|it| ("Connection", *it)).collect();
            names_headers(&head("/gate", &pairs).headers)
        };
        for harmless in [&[][..], &[""], &["close"], &["Keep-Alive, TE"], &["upgrade", "close,"]] {
            assert!(!names(harmless), "{harmless:?}");
        }
        for naming in [
            &["X-Postern-Subject"][..],
            &["close, X-Postern-Organization"],
            &["close", "x-request-id"],
            &["keep-alive,authorization"],
            &["te\u{e9}"],
        ] {
            assert!(names(naming), "{naming:?}");
        }
    }

    #[test]
    fn malformed_methods_and_hosts_are_refused() {
        for (index, bad) in
            [(0, "get"), (0, "GET,POST"), (0, ""), (1, "a, b"), (1, "a/b"), (1, ""), (1, "a@b")]
        {
            let mut pairs = HEADERS;
            pairs[index].1 = bad;
            let head = head("/gate", &pairs);
            let refused = Original::read(Source::Original, &head, "").unwrap_err();
            assert!(matches!(refused, GateReason::HeaderMalformed(..)), "{bad}: {refused}");
        }
    }
}
