//! Shared helpers of the tests: requests and responses.

use base::Secret;
use dialect::{Context, Dialect, Endpoint, Incoming, Outgoing, PathValues, Route};
use oauth::{ErrorResponse, Problem, Request, TokenReply};

pub(crate) const CONTEXT: Context<'static> =
    Context { request_id: "req_7", issuer: "https://auth.example" };

pub(crate) const JSON: Option<&str> = Some("application/json");
pub(crate) const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

/// A request to be decoded.
#[derive(Clone, Debug)]
pub(crate) struct Try<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) authorization: Vec<&'a [u8]>,
    pub(crate) body: &'a [u8],
}

impl<'a> Try<'a> {
    pub(crate) fn post(target: &'a str, content_type: Option<&'a str>, body: &'a str) -> Self {
        Self { method: "POST", target, content_type, authorization: vec![], body: body.as_bytes() }
    }

    pub(crate) fn with(mut self, authorization: &'a str) -> Self {
        self.authorization.push(authorization.as_bytes());
        self
    }

    pub(crate) fn decode(&self, dialect: &Dialect) -> Result<Request, ErrorResponse> {
        let (path, query) = match self.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.target, None),
        };
        let (endpoint, path_values) = found(dialect, self.method, path);
        let incoming = Incoming {
            path_values,
            query,
            content_type: self.content_type,
            authorization: &self.authorization,
            body: self.body,
        };
        dialect.decode(endpoint, &incoming)
    }

    /// The problem and its public text. Panics where the request is accepted.
    pub(crate) fn refused(&self, dialect: &Dialect) -> (Problem, String) {
        match self.decode(dialect) {
            Err(failure) => (failure.problem, failure.description),
            Ok(request) => panic!("{self:?} was read as {request:?}"),
        }
    }
}

pub(crate) fn found<'a>(
    dialect: &'a Dialect,
    method: &str,
    path: &'a str,
) -> (&'a Endpoint, PathValues<'a>) {
    match dialect.route(method, path) {
        Route::Found { endpoint, path_values } => (endpoint, path_values),
        other => panic!("{method} {path}: {other:?}"),
    }
}

pub(crate) fn builtin(name: &str) -> Dialect {
    Dialect::builtin(name).unwrap()
}

pub(crate) fn harbour() -> Dialect {
    Dialect::parse("harbour.toml", include_str!("../harbour.toml"))
        .unwrap_or_else(|e| panic!("{e}"))
}

pub(crate) fn token_reply() -> TokenReply {
    TokenReply {
        access_token: Secret::new("a.b.c"),
        expires_in: Some(3600),
        refresh_token: None,
        id_token: None,
        scope: "contacts.write contacts.read".parse().unwrap(),
        client_id: "client_1".to_owned(),
        organization: Some("org_1".to_owned()),
        client_quota: None,
        organization_quota: None,
    }
}

pub(crate) fn text(outgoing: &Outgoing) -> &str {
    std::str::from_utf8(&outgoing.body).unwrap()
}

/// `Basic` with these bytes.
pub(crate) fn basic(pair: impl AsRef<[u8]>) -> String {
    format!("Basic {}", base::encoding::base64(pair))
}
