//! The parts of an issuer's URL: scheme, authority and path prefix (RFC 8414 §2).
//!
//! Invariant: a [`Site`] is normalized, so that requests can be compared with it: the host is in lower case, there is
//! no default port, and the prefix has no trailing slash.

use std::fmt;
use std::str::FromStr;

/// An issuer's URL in its parts. Displays as the URL, without trailing slash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    https: bool,
    authority: Box<str>,
    prefix: Box<str>,
}

/// A text is not a valid issuer URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an http or https URL of a host, an optional port and an optional path, without query, \
     fragment, user and trailing slash, such as \"https://api.example.com\" (RFC 8414 section 2)"
)]
pub struct ParseSiteError;

impl Site {
    /// Whether the scheme is `https`.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// The host, with the port if it is not the default of the scheme.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host without port; an IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        split_port(&self.authority).0
    }

    /// The prefix of every path: empty, or `/…` without trailing slash.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether the host is a loopback address or a name for it.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host.ends_with(".localhost")
            || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.prefix)
    }
}

impl FromStr for Site {
    type Err = ParseSiteError;

    fn from_str(text: &str) -> Result<Self, ParseSiteError> {
        let (https, rest) = text
            .strip_prefix("https://")
            .map(|rest| (true, rest))
            .or_else(|| text.strip_prefix("http://").map(|rest| (false, rest)))
            .ok_or(ParseSiteError)?;
        let (authority, prefix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let authority = normal_authority(authority, https).ok_or(ParseSiteError)?;
        let prefix_fits = prefix.is_empty()
            || (prefix.split('/').skip(1).all(|segment| !matches!(segment, "" | "." | ".."))
                && prefix.bytes().all(is_path_byte));
        if prefix_fits {
            Ok(Self { https, authority, prefix: prefix.into() })
        } else {
            Err(ParseSiteError)
        }
    }
}

/// The characters that a prefix may have: the unreserved ones of RFC 3986 §2.3, and `/`, `@` and `:`.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~' | b'@' | b':')
}

/// Normalizes the value of `Host` (RFC 9110 §4.2.3, §7.2); `None` where it is not a host.
pub fn normal_authority(authority: &str, https: bool) -> Option<Box<str>> {
    let (host, port) = split_port(authority);
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_v6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    if host.is_empty() || host.len() > 253 || !(is_v6 || host.bytes().all(name)) {
        return None;
    }
    let host = host.to_ascii_lowercase();
    match port {
        None => Some(host.into()),
        Some(port) => match port.parse::<u16>().ok().filter(|port| *port != 0)? {
            443 if https => Some(host.into()),
            80 if !https => Some(host.into()),
            port => Some(format!("{host}:{port}").into()),
        },
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8414_2_an_issuer_is_a_url_without_query_and_fragment() {
        for valid in ["https://a.example", "http://127.0.0.1:8081", "https://a.example/tenant/x"] {
            assert_eq!(valid.parse::<Site>().unwrap().to_string(), valid);
        }
        for invalid in [
            "",
            "a.example",
            "ftp://a.example",
            "https://",
            "https://a.example/",
            "https://a b",
            "https://a.example?x",
            "https://a.example/x#y",
            "https://u@a.example",
            "https://a.example:0",
            "https://a.example:port",
            "https://a.example/x//y",
            "https://a.example/../x",
            "https://[::zz]",
        ] {
            assert_eq!(invalid.parse::<Site>(), Err(ParseSiteError), "{invalid:?}");
        }
    }

    #[test]
    fn rfc9110_4_2_3_spellings_of_one_authority_are_equal() {
        let site: Site = "https://API.Example:443/x".parse().unwrap();
        assert_eq!((site.authority(), site.prefix()), ("api.example", "/x"));
        assert_eq!(normal_authority("LOCALHOST:80", false).as_deref(), Some("localhost"));
        assert_eq!(normal_authority("[::1]:8081", false).as_deref(), Some("[::1]:8081"));
        assert_eq!(normal_authority("[::1]", false).as_deref(), Some("[::1]"));
        assert_eq!(normal_authority("a,b", false), None);
    }

    #[test]
    fn loopback_hosts_are_recognized() {
        for (text, loopback) in [
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1", true),
            ("http://localhost", true),
            ("http://localhost.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(text.parse::<Site>().unwrap().is_loopback(), loopback, "{text}");
        }
    }
}
