//! What the caller of the API asked for, as the proxy tells it.
//!
//! Invariant: only the headers of the realm's [`Source`] are read. A header of another proxy's kind is
//! the caller's own, whatever it says; one that came twice is nobody's.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use engine::GateReason;

use super::Source;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Original<'a> {
    /// In capitals.
    pub(super) method: &'a str,
    /// As it was sent: in any case, with or without port.
    pub(super) host: &'a str,
    /// As it was sent, without the query.
    pub(super) path: &'a str,
}

/// A header by its name in messages and in requests.
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
    /// Reads it. `below` is the path after `/gate`.
    ///
    /// # Errors
    /// What the proxy does wrong.
    pub(super) fn read(
        source: Source,
        head: &'a Parts,
        below: &'a str,
    ) -> Result<Self, GateReason> {
        let told = |[method, host, uri]: &'static [Named; 3]| {
            Ok(Self {
                method: one(&head.headers, method)?,
                host: one(&head.headers, host)?,
                path: without_query(one(&head.headers, uri)?),
            })
        };
        let (original, names) = match source {
            Source::Original => (told(&ORIGINAL)?, ["X-Original-Method", "X-Original-Host"]),
            Source::Forwarded => (told(&FORWARDED)?, ["X-Forwarded-Method", "X-Forwarded-Host"]),
            Source::Path => (Self::itself(head, below)?, ["the request line", "Host"]),
        };
        let of_method = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=32).contains(&original.method.len()) || !original.method.bytes().all(of_method) {
            return Err(GateReason::HeaderMalformed(names[0], "method"));
        }
        let of_host = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
        if !(1..=261).contains(&original.host.len()) || !original.host.bytes().all(of_host) {
            return Err(GateReason::HeaderMalformed(names[1], "host"));
        }
        Ok(original)
    }

    /// The question itself is what was asked for, below `/gate`.
    fn itself(head: &'a Parts, below: &'a str) -> Result<Self, GateReason> {
        // RFC 9112 §3.2.2: an absolute target goes before the header.
        let host = match head.uri.authority() {
            Some(authority) => authority.as_str(),
            None => one(&head.headers, &("Host", header::HOST))?,
        };
        let path = if below.is_empty() { "/" } else { below };
        Ok(Self { method: head.method.as_str(), host, path })
    }
}

fn one<'a>(headers: &'a HeaderMap, (spelled, name): &Named) -> Result<&'a str, GateReason> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => {
            value.to_str().map_err(|_| GateReason::HeaderMalformed(spelled, "plain text"))
        }
        (None, _) => Err(GateReason::HeaderMissing(spelled)),
        (Some(_), Some(_)) => Err(GateReason::HeaderRepeated(spelled)),
    }
}

fn without_query(uri: &str) -> &str {
    uri.split_once('?').map_or(uri, |(path, _)| path)
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

    const TOLD: [(&str, &str); 3] = [
        ("X-Original-Method", "POST"),
        ("X-Original-Host", "api.example"),
        ("X-Original-URI", "/v1/x?y=/z"),
    ];

    #[test]
    fn only_the_words_of_the_configured_proxy_count() {
        let mut pairs = TOLD.to_vec();
        pairs.extend([
            ("X-Forwarded-Method", "GET"),
            ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Uri", "/public"),
            ("Host", "inner"),
        ]);
        let head = head("/gate/v2?q", &pairs);
        let of = |source| {
            let it = Original::read(source, &head, "/v2").unwrap();
            (it.method, it.host, it.path)
        };
        assert_eq!(of(Source::Original), ("POST", "api.example", "/v1/x"));
        assert_eq!(of(Source::Forwarded), ("GET", "evil.example", "/public"));
        assert_eq!(of(Source::Path), ("GET", "inner", "/v2"));
    }

    #[test]
    fn a_header_that_is_missing_or_came_twice_is_named() {
        for (place, (name, _)) in TOLD.iter().enumerate() {
            let mut pairs = TOLD.to_vec();
            pairs.remove(place);
            let missing = Original::read(Source::Original, &head("/gate", &pairs), "").unwrap_err();
            assert_eq!(missing, GateReason::HeaderMissing(name));
            assert!(missing.to_string().contains(name), "{missing}");
            pairs.push(TOLD[place]);
            pairs.push((name, "/public"));
            let twice = Original::read(Source::Original, &head("/gate", &pairs), "").unwrap_err();
            assert_eq!(twice, GateReason::HeaderRepeated(name));
        }
        let error = Original::read(Source::Path, &head("/gate", &[]), "").unwrap_err();
        assert_eq!(error, GateReason::HeaderMissing("Host"));
    }

    #[test]
    fn methods_and_hosts_that_are_none_are_refused() {
        for (place, bad) in
            [(0, "get"), (0, "GET,POST"), (0, ""), (1, "a, b"), (1, "a/b"), (1, ""), (1, "a@b")]
        {
            let mut pairs = TOLD;
            pairs[place].1 = bad;
            let head = head("/gate", &pairs);
            let refused = Original::read(Source::Original, &head, "").unwrap_err();
            assert!(matches!(refused, GateReason::HeaderMalformed(..)), "{bad}: {refused}");
        }
    }
}
