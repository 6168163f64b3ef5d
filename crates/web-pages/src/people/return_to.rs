//! The URL that a user returns to after sign-in.
//!
//! Invariant: a [`ReturnTo`] is a path and query of this realm. No browser reads it as a URL of another host (an open
//! redirect, RFC 9700 §4.11).

use std::fmt;

/// The longest value, in bytes. A longer one, in the query of another URL, would exceed the limit of a request head.
/// An app's `state` may have 8 KiB, and three times that when all of it is escaped.
const LONGEST: usize = 24 * 1024;

/// A path and query of this realm as the browser sees them, with the realm's prefix.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ReturnTo<'a> {
    text: &'a str,
    prefix: usize,
}

impl<'a> ReturnTo<'a> {
    /// Checks a text from a request; `None` where it is not a path of the realm at `prefix`.
    pub(crate) fn parse(text: &'a str, prefix: &str) -> Option<Self> {
        // Browsers remove tabs and newlines, and read a backslash as a slash.
        let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'\\' | b'#' | b'<' | b'>' | b'"');
        if text.len() > LONGEST || !text.bytes().all(plain) {
            return None;
        }
        let below = text.strip_prefix(prefix)?;
        if !below.starts_with('/') || text.starts_with("//") || below.starts_with("//") {
            return None;
        }
        let path = below.split('?').next().unwrap_or_default();
        let spelled = path.to_ascii_lowercase().replace("%2e", ".");
        if spelled.split('/').any(|segment| matches!(segment, "." | "..")) {
            return None;
        }
        // Returning to the sign-in or sign-out page makes no sense.
        let here = matches!(path, super::paths::SIGN_IN | super::paths::SIGN_OUT);
        (!here).then_some(Self { text, prefix: prefix.len() })
    }

    /// The path and query, for a redirect.
    pub(crate) const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The path without the realm's prefix, and the query.
    pub(crate) fn parts(&self) -> (&'a str, Option<&'a str>) {
        let below = self.text.get(self.prefix..).unwrap_or_default();
        match below.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (below, None),
        }
    }
}

/// Returns `text` if a user may return to it after sign-in: a path of the realm at `prefix`.
pub fn checked<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    ReturnTo::parse(text, prefix).map(|it| it.as_str())
}

impl fmt::Debug for ReturnTo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReturnTo").field(&self.parts().0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9700_4_11_only_paths_of_this_realm_are_returned_to() {
        for (prefix, good) in [
            ("", "/authorize?client_id=a&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"),
            ("", "/authorize?redirect_uri=https://app.example/cb"),
            ("", "/"),
            ("/tenant", "/tenant/authorize?x=1"),
            ("/tenant", "/tenant/"),
        ] {
            let parsed = ReturnTo::parse(good, prefix).map(|it| it.as_str());
            assert_eq!(parsed, Some(good), "{good}");
        }
        for (prefix, bad) in [
            ("", ""),
            ("", "authorize"),
            ("", "//evil.example"),
            ("", "///evil.example"),
            ("", "/\\evil.example"),
            ("", "\\\\evil.example"),
            ("", "/\t/evil.example"),
            ("", "/\n/evil.example"),
            ("", "/\r\nset-cookie:a=b"),
            ("", " //evil.example"),
            ("", "https:evil.example"),
            ("", "https://evil.example/"),
            ("", "javascript:alert(1)"),
            ("", "/a/../../b"),
            ("", "/a/%2E%2e/b"),
            ("", "/a#b"),
            ("", "/caf\u{e9}"),
            ("", "/sign-in?return_to=/x"),
            ("", "/sign-out"),
            ("/tenant", "/authorize"),
            ("/tenant", "/tenantevil/authorize"),
            ("/tenant", "/tenant"),
            ("/tenant", "/tenant//evil.example"),
            ("/tenant", "/tenant/../other"),
        ] {
            assert_eq!(ReturnTo::parse(bad, prefix), None, "{bad:?} below {prefix:?}");
        }
        assert_eq!(ReturnTo::parse(&format!("/{}", "a".repeat(LONGEST)), ""), None);
    }

    #[test]
    fn a_request_with_a_long_escaped_state_is_accepted() {
        let path = format!("/authorize?client_id=a&state={}", "%22".repeat(4 * 1024));
        assert_eq!(ReturnTo::parse(&path, "").map(|it| it.as_str()), Some(&*path));
    }

    #[test]
    fn the_path_is_seen_as_the_realm_sees_it() {
        let parsed = ReturnTo::parse("/tenant/authorize?a=1?b", "/tenant").unwrap();
        assert_eq!(parsed.parts(), ("/authorize", Some("a=1?b")));
    }
}
