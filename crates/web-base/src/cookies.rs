//! The cookies of a realm: the session, the key of forms without a session, and the proof that a browser signed in
//! before.
//!
//! Invariant: no script can read a cookie (`HttpOnly`), and a browser does not send it with a POST from another site
//! (`SameSite=Lax`). With TLS, a cookie is bound to the issuer's host (`__Host-`, RFC 6265bis §4.1.3.2). Realms may
//! share a host, and cookies do not depend on the port, so the name of a cookie has the name of the realm.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use engine::Issuer;

use crate::headers::parts;

/// A cookie of a realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session of a user.
    Session,
    /// Binds forms to a browser that has no session.
    Form,
    /// The accounts that signed in with this browser before.
    Known,
}

impl Cookie {
    const fn stem(self) -> &'static str {
        match self {
            Self::Session => "postern_session",
            Self::Form => "postern_form",
            Self::Known => "postern_known",
        }
    }

    /// How long the browser keeps the cookie; `None` means until the browser is closed.
    const fn max_age(self) -> Option<Duration> {
        match self {
            Self::Session => Some(engine::people::SESSION_LIFETIME),
            Self::Form => None,
            Self::Known => Some(Duration::from_secs(180 * 24 * 60 * 60)),
        }
    }

    /// Its name in this realm: with the prefix `__Host-` where the realm is at HTTPS (RFC 6265bis §4.1.3.2).
    pub fn name(self, issuer: &Issuer) -> String {
        let host = if is_https(issuer) { "__Host-" } else { "" };
        format!("{host}{}_{}", self.stem(), issuer.realm())
    }

    /// The value of the cookie in a request; the first one, if there are several. Other cookies may have any bytes.
    pub fn read<'a>(self, issuer: &Issuer, headers: &'a HeaderMap) -> Option<&'a str> {
        let name = self.name(issuer);
        pairs(headers).find(|(found, _)| *found == name.as_bytes()).map(|(_, value)| value)
    }

    /// The values of all cookies that [`Self::set_as`] set, and of the one that [`Self::set`] set.
    pub fn read_all<'a>(
        self,
        issuer: &Issuer,
        headers: &'a HeaderMap,
    ) -> impl Iterator<Item = &'a str> {
        let name = self.name(issuer);
        let is_named = move |found: &[u8]| {
            let rest = found.strip_prefix(name.as_bytes());
            rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'.')))
        };
        pairs(headers).filter(move |(found, _)| is_named(found)).map(|(_, value)| value)
    }

    /// The same as [`Self::set`], under a name of its own that ends with `.` and `suffix`: it does not replace another
    /// cookie of this kind. A suffix has letters, digits, `-` and `_`.
    pub fn set_as(self, issuer: &Issuer, suffix: &str, value: &str) -> Option<HeaderValue> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if suffix.bytes().all(fits) && is_value(value) {
            header(issuer, &format!("{}.{suffix}", self.name(issuer)), value, self.max_age())
        } else {
            None
        }
    }

    /// The `Set-Cookie` header that sets the cookie. `None` for a value that no cookie can have (RFC 6265 §4.1.1,
    /// `cookie-octet`): a semicolon in it would begin an attribute.
    pub fn set(self, issuer: &Issuer, value: &str) -> Option<HeaderValue> {
        if is_value(value) {
            header(issuer, &self.name(issuer), value, self.max_age())
        } else {
            None
        }
    }

    /// The `Set-Cookie` header that deletes the cookie.
    pub fn forget(self, issuer: &Issuer) -> Option<HeaderValue> {
        header(issuer, &self.name(issuer), "", Some(Duration::ZERO))
    }
}

/// The names and values of all cookies of a request. A value that is not UTF-8 is not ours.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &str)> {
    parts(headers, &header::COOKIE, b';').filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (pair.get(..at)?, pair.get(at + 1..)?);
        Some((name, std::str::from_utf8(value).ok()?))
    })
}

fn is_value(value: &str) -> bool {
    let fits = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\');
    value.bytes().all(fits)
}

fn header(
    issuer: &Issuer,
    name: &str,
    value: &str,
    max_age: Option<Duration>,
) -> Option<HeaderValue> {
    let secure = if is_https(issuer) { "; Secure" } else { "" };
    let max_age = max_age.map(|time| format!("; Max-Age={}", time.as_secs())).unwrap_or_default();
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{max_age}");
    let mut header = HeaderValue::try_from(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

fn is_https(issuer: &Issuer) -> bool {
    issuer.url().starts_with("https://")
}
