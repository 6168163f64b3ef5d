//! The cookies of a realm that a test makes, by their names.

use std::sync::Arc;

use base::{MasterKey, SystemRng};
use dialect::{Dialect, Environment};
use engine::{Issuer, IssuerSettings};
use http::{HeaderMap, HeaderValue, header};
use web_base::cookies::Cookie;

const COOKIES: [Cookie; 3] = [Cookie::Session, Cookie::Form, Cookie::Known];

/// The cookies of one realm.
#[derive(Debug)]
pub(crate) struct Cookies(Issuer);

impl Cookies {
    /// Those of a realm at `url`.
    pub(crate) fn new(url: &str) -> Self {
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
    pub(crate) fn read(&self, headers: &[&[u8]]) -> Vec<(String, Option<String>)> {
        let values = headers.iter().filter_map(|bytes| HeaderValue::from_bytes(bytes).ok());
        let headers: HeaderMap = values.map(|value| (header::COOKIE, value)).collect();
        let read = |it: Cookie| it.read(&self.0, &headers).map(str::to_owned);
        COOKIES.map(|it| (it.name(&self.0), read(it))).into()
    }

    /// The name of each cookie, and the `Set-Cookie` header that gives it this value.
    pub(crate) fn set(&self, value: &str) -> Vec<(String, Option<String>)> {
        let text = |header: HeaderValue| header.to_str().map(str::to_owned).ok();
        let set = |it: Cookie| it.set(&self.0, value).and_then(text);
        COOKIES.map(|it| (it.name(&self.0), set(it))).into()
    }
}
