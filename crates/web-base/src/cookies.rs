//! The cookies of a realm: the session, the key of forms before there is a session, and what tells a
//! browser that signed in before.
//!
//! Invariant: no script reads them, no other site's request that changes anything carries them, and
//! where the issuer is reached by TLS they are bound to its host (`__Host-`, RFC 6265bis §4.1.3.2).
//! Realms may share a host (ports do not keep cookies apart), so a name holds the realm's.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use engine::Issuer;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Where the person is signed in.
    Session,
    /// Binds forms to a browser that is not signed in.
    Form,
    /// Which accounts signed in with this browser before.
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

    /// How long the browser keeps it; `None`: until it is closed.
    const fn kept(self) -> Option<Duration> {
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

    /// Its value in a request; the first, where there are several.
    pub fn read<'a>(self, issuer: &Issuer, headers: &'a HeaderMap) -> Option<&'a str> {
        let name = self.name(issuer);
        let all = headers.get_all(header::COOKIE).iter();
        let pairs = all.filter_map(|it| it.to_str().ok()).flat_map(|it| it.split(';'));
        let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// The header that sets it. `None` for a value that no cookie can have (RFC 6265 §4.1.1,
    /// `cookie-octet`): a semicolon in it would begin an attribute.
    pub fn set(self, issuer: &Issuer, value: &str) -> Option<HeaderValue> {
        let fits = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\');
        if !value.bytes().all(fits) {
            return None;
        }
        let kept = self.kept().map(|time| format!("; Max-Age={}", time.as_secs()));
        self.header(issuer, value, &kept.unwrap_or_default())
    }

    /// The header that makes the browser forget it.
    pub fn forget(self, issuer: &Issuer) -> Option<HeaderValue> {
        self.header(issuer, "", "; Max-Age=0")
    }

    fn header(self, issuer: &Issuer, value: &str, kept: &str) -> Option<HeaderValue> {
        let secure = if is_https(issuer) { "; Secure" } else { "" };
        let name = self.name(issuer);
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{kept}");
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

fn is_https(issuer: &Issuer) -> bool {
    issuer.url().starts_with("https://")
}
