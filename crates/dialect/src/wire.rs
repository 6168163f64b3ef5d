//! Requests and responses as plain strings and bytes. This crate knows no HTTP library.

use std::borrow::Cow;
use std::fmt;

/// The values of the placeholders of a path, such as `{tenant}`, as they were sent
/// (percent-encoded). `Debug` shows names only.
#[derive(Clone, Default)]
pub struct PathValues<'a>(pub(crate) Vec<(&'a str, &'a str)>);

impl<'a> PathValues<'a> {
    /// No placeholders.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn value(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

impl fmt::Debug for PathValues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A request as it was received. `Debug` shows no value: any part may hold a secret.
#[derive(Clone)]
pub struct Incoming<'a> {
    /// The path values from [`crate::Route::Found`].
    pub path_values: PathValues<'a>,
    /// The query of the URL, without the question mark.
    pub query: Option<&'a str>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// Every `Authorization` header. More than one is refused.
    pub authorization: &'a [&'a [u8]],
    /// The body, at most [`crate::Endpoint::body_limit`] bytes.
    pub body: &'a [u8],
}

impl fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("path_values", &self.path_values)
            .field("content_type", &self.content_type)
            .field("authorization", &self.authorization.len())
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Facts about the request and realm that a response may contain.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The request id, which support can look up.
    pub request_id: &'a str,
    /// The issuer's identifier.
    pub issuer: &'a str,
}

/// A response ready to be sent. `Debug` shows neither body nor `Location`: they may hold a token or
/// a code.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The HTTP status.
    pub status: u16,
    /// Header names, in lower case, and their values: visible ASCII and spaces.
    pub headers: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
}

impl Outgoing {
    /// The value of a header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref())
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("status", &self.status)
            .field("headers", &Shown(&self.headers))
            .field("body", &self.body.len())
            .finish()
    }
}

struct Shown<'a>(&'a [(Cow<'static, str>, Cow<'static, str>)]);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|(name, value)| match name.as_ref() {
            "location" => (name, "…"),
            _ => (name, value.as_ref()),
        });
        f.debug_map().entries(shown).finish()
    }
}
