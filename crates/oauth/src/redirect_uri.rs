//! Redirect URIs (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1.3).
//!
//! Invariant: the text is kept and compared as it was registered, character by character. It is
//! parsed only to refuse texts that browsers read in more than one way. A [`RedirectUri`] has a
//! scheme, no fragment, no user info, no white space, no backslash, no character outside ASCII.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

/// The length limit of a redirect URI, in characters.
pub const MAX_REDIRECT_URI: usize = 2_000;

/// Where a browser is sent back to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RedirectUri(String);

/// Why a text is not a redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Longer than [`MAX_REDIRECT_URI`], or with a character that is not allowed in a URI.
    #[error("expected at most 2000 ASCII characters without white space, quotes or backslash")]
    Characters,
    /// Not an absolute URI.
    #[error("expected an absolute URI, such as https://app.example/callback")]
    NotAbsolute,
    /// It has a fragment (RFC 6749 §3.1.2).
    #[error("expected no fragment")]
    Fragment,
    /// It has user info (`user@host`), which browsers and people read differently.
    #[error("expected no user name or password")]
    UserInfo,
    /// The path has dot segments. A browser would resolve it to another path.
    #[error("expected no . or .. segments in the path")]
    DotSegments,
    /// A scheme that does not lead back to an app, such as `javascript:` or `data:` (RFC 8252
    /// §7.1).
    #[error(
        "expected https, http, or a private-use scheme with a dot, such as com.example.app:/cb"
    )]
    Scheme,
}

impl RedirectUri {
    /// The text as it was registered or sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host as a browser sees it, in lower case; `None` for a private-use scheme.
    pub fn host(&self) -> Option<String> {
        self.url().and_then(|url| url.host_str().map(str::to_owned))
    }

    /// Whether the scheme is `https`.
    pub fn is_https(&self) -> bool {
        self.url().is_some_and(|url| url.scheme() == "https")
    }

    /// Whether the scheme is `http` and the host is not the local machine: what is sent there can be
    /// read on its way.
    pub fn is_plain(&self) -> bool {
        self.url().is_some_and(|url| url.scheme() == "http") && !self.is_loopback()
    }

    /// Whether the host is the local machine: `localhost`, 127.0.0.0/8 or `[::1]` (RFC 8252 §7.3).
    pub fn is_loopback(&self) -> bool {
        match self.url().as_ref().and_then(Url::host) {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether both are loopback redirects over `http` and differ in the port alone. Native apps choose
    /// the port when they run: at a loopback address (RFC 8252 §7.3), and at `localhost` (RFC 9700
    /// §4.1.3).
    pub fn is_same_loopback(&self, other: &Self) -> bool {
        let (Some(mut one), Some(mut two)) = (self.url(), other.url()) else { return false };
        let plain = one.scheme() == "http" && two.scheme() == "http";
        if !plain || !self.is_loopback() || !other.is_loopback() {
            return false;
        }
        one.set_port(None).is_ok() && two.set_port(None).is_ok() && one == two
    }

    /// The origin, or the scheme alone for a private-use scheme.
    pub fn origin(&self) -> String {
        let Some(url) = self.url() else { return String::new() };
        match url.origin() {
            origin @ url::Origin::Tuple(..) => origin.ascii_serialization(),
            url::Origin::Opaque(_) => format!("{}:", url.scheme()),
        }
    }

    fn url(&self) -> Option<Url> {
        Url::parse(&self.0).ok()
    }
}

impl FromStr for RedirectUri {
    type Err = RedirectUriError;

    fn from_str(text: &str) -> Result<Self, RedirectUriError> {
        let plain = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b);
        if text.len() > MAX_REDIRECT_URI || !text.bytes().all(plain) {
            return Err(RedirectUriError::Characters);
        }
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
        let web = matches!(url.scheme(), "https" | "http");
        if !web && !url.scheme().contains('.') {
            return Err(RedirectUriError::Scheme);
        }
        // The parser accepts `http:example` and `http:/example`, but their meaning is unclear.
        let written = text.get(url.scheme().len()..).unwrap_or_default();
        if web && (!written.starts_with("://") || written.starts_with(":///")) {
            return Err(RedirectUriError::NotAbsolute);
        }
        let authority = written.trim_start_matches("://");
        let authority = authority.split(['/', '?']).next().unwrap_or_default();
        if web && authority.contains('@') || !url.username().is_empty() || url.password().is_some()
        {
            return Err(RedirectUriError::UserInfo);
        }
        let path = text.split('?').next().unwrap_or_default().to_ascii_lowercase();
        let path = path.replace("%2e", ".");
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err(RedirectUriError::DotSegments);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedirectUri({})", self.0)
    }
}

impl Serialize for RedirectUri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RedirectUri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RedirectUri, RedirectUriError> {
        text.parse()
    }

    #[test]
    fn rfc6749_3_1_2_a_redirect_uri_is_absolute_and_read_in_one_way_only() {
        for good in [
            "https://app.example/cb",
            "https://app.example/cb?tenant=1",
            "http://localhost:3000/callback",
            "http://127.0.0.1/cb",
            "http://[::1]:8080/cb",
            "com.example.app:/oauth2redirect",
            "https://xn--bcher-kva.example/cb",
        ] {
            assert_eq!(parse(good).map(|uri| uri.to_string()), Ok(good.to_owned()), "{good}");
        }
        use RedirectUriError::{Characters, DotSegments, Fragment, NotAbsolute, Scheme, UserInfo};
        for (bad, why) in [
            ("", NotAbsolute),
            ("/cb", NotAbsolute),
            ("https:app.example", NotAbsolute),
            ("https:/app.example/cb", NotAbsolute),
            ("https:///app.example/cb", NotAbsolute),
            ("https://app.example/cb#x", Fragment),
            ("https://app.example/cb#", Fragment),
            ("https://user@app.example/cb", UserInfo),
            ("https://@app.example/cb", UserInfo),
            ("https://app.example\\@evil.example/cb", Characters),
            ("https://app.example/c b", Characters),
            ("https://bücher.example/cb", Characters),
            ("https://app.example/a/../cb", DotSegments),
            ("https://app.example/a/%2e%2E/cb", DotSegments),
            ("javascript:alert(1)", Scheme),
            ("data:text/html,x", Scheme),
        ] {
            assert_eq!(parse(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn rfc8252_7_3_a_loopback_address_may_change_its_port_and_nothing_else() {
        let same = |a: &str, b: &str| parse(a).unwrap().is_same_loopback(&parse(b).unwrap());
        assert!(same("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"));
        assert!(same("http://[::1]:1/cb", "http://[::1]:2/cb"));
        assert!(!same("http://127.0.0.1/cb", "http://127.0.0.1:51004/other"));
        assert!(!same("http://127.0.0.1/cb", "http://[::1]/cb"));
        assert!(same("http://localhost/callback", "http://localhost:3118/callback"));
        assert!(same("http://localhost:1/cb", "http://localhost:2/cb"));
        assert!(!same("http://localhost/cb", "http://127.0.0.1/cb"));
        assert!(!same("http://localhost/cb", "http://localhost.example:1/cb"));
        assert!(!same("https://localhost/cb", "https://localhost:2/cb"));
        assert!(!same("https://127.0.0.1:1/cb", "https://127.0.0.1:2/cb"));
        assert!(!same("http://10.0.0.1:1/cb", "http://10.0.0.1:2/cb"));
    }

    #[test]
    fn the_origin_has_the_port_and_a_private_use_scheme_is_alone() {
        assert_eq!(parse("https://a.example:444/cb").unwrap().origin(), "https://a.example:444");
        assert_eq!(parse("com.example.app:/cb").unwrap().origin(), "com.example.app:");
        assert!(parse("http://localhost:3000/callback").unwrap().is_loopback());
        for (text, plain) in [
            ("HTTP://app.example/cb", true),
            ("http://192.168.1.7/cb", true),
            ("http://localhost.example/cb", true),
            ("http://[::1]/cb", false),
            ("https://app.example/cb", false),
            ("com.example.http:/cb", false),
        ] {
            assert_eq!(parse(text).unwrap().is_plain(), plain, "{text}");
        }
    }
}
