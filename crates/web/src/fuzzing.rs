//! What the fuzz targets call of this crate. No part of its interface.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use base::{MasterKey, SystemRng};
use dialect::{Dialect, Environment};
use engine::{Issuer, IssuerSettings};

use crate::people::cookies::Cookie;

/// The path that the gate routes by.
///
/// # Errors
/// Why it is refused.
pub fn plain_path(path: &str) -> Result<Cow<'_, str>, &'static str> {
    crate::gate::path::plain(path)
}

/// The text, where it is a place of the realm at `prefix` to go to after signing in.
pub fn return_to<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    crate::people::return_to::ReturnTo::parse(text, prefix).map(|it| it.as_str())
}

const COOKIES: [Cookie; 3] = [Cookie::Session, Cookie::Form, Cookie::Known];

/// The cookies of one realm.
#[derive(Debug)]
pub struct Cookies(Issuer);

impl Cookies {
    /// Those of a realm at `url`.
    ///
    /// # Panics
    /// Never: every part of it is a constant that tests read.
    #[allow(clippy::expect_used, reason = "constants")]
    pub fn new(url: &str) -> Self {
        let settings = IssuerSettings {
            realm: "main".parse().expect("a name"),
            url: url.to_owned(),
            dialect: Arc::new(Dialect::builtin("rfc").expect("it ships")),
            environment: Environment::Live,
            display_name: None,
        };
        Self(Issuer::new(settings, &MasterKey::generate(&SystemRng), &SystemRng))
    }

    /// The name of each cookie, and its value in a request with these `Cookie` headers.
    pub fn read(&self, headers: &[&[u8]]) -> Vec<(String, Option<String>)> {
        let values = headers.iter().filter_map(|bytes| HeaderValue::from_bytes(bytes).ok());
        let headers: HeaderMap = values.map(|value| (header::COOKIE, value)).collect();
        let read = |it: Cookie| it.read(&self.0, &headers).map(str::to_owned);
        COOKIES.map(|it| (it.name(&self.0), read(it))).into()
    }

    /// The name of each cookie, and the `Set-Cookie` header that gives it this value.
    pub fn set(&self, value: &str) -> Vec<(String, Option<String>)> {
        let text = |header: HeaderValue| header.to_str().map(str::to_owned).ok();
        let set = |it: Cookie| it.set(&self.0, value).and_then(text);
        COOKIES.map(|it| (it.name(&self.0), set(it))).into()
    }
}
