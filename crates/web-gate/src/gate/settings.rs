//! The settings of a realm's gate: plain data, which the configuration fills.

use std::time::Duration;

use axum::http::Method;
use oauth::ScopeSet;

/// The gate of one realm.
#[derive(Clone, Debug)]
pub struct GateSettings {
    /// The headers in which the proxy describes the caller's request.
    pub source: Source,
    /// How the API learns who calls.
    pub identity: Identity,
    /// What an identity header contains where there is no value.
    pub no_value: NoValue,
    /// What happens to the preflight requests of pages of other origins.
    pub preflights: Preflights,
    /// The memory is too old when it was not brought up to date with the database for this time. Then each route
    /// does what its [`Route::when_unsure`] says.
    pub stale_after: Duration,
    /// The rate limit of each credential.
    pub per_credential: Option<Rate>,
    /// The rate limit of all credentials of an organization together.
    pub per_organization: Option<Rate>,
    /// The routes, in the order of the file. A request without a route is refused.
    pub routes: Vec<Route>,
}

impl GateSettings {
    /// The identifiers of the APIs that the routes are for; one comes once for each of its routes.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.routes.iter().filter_map(|route| match &route.access {
            Access::Public => None,
            Access::Protected { audience, .. } => Some(audience.as_str()),
        })
    }
}

/// The headers that describe the caller's request. The gate ignores the headers of the other sources, since the
/// caller may have sent them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// `X-Original-Method`, `X-Original-URI`, `X-Original-Host`: nginx, HAProxy, Apache.
    #[default]
    Original,
    /// `X-Forwarded-Method`, `X-Forwarded-Uri`, `X-Forwarded-Host`: Traefik, Caddy.
    Forwarded,
    /// The request's own method and host, and its path after `/gate`: Envoy.
    Path,
}

/// How the API learns who calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// In separate headers, `X-Postern-…`: for a network that only the proxy can reach.
    #[default]
    Headers,
    /// In one signed JWT, `X-Postern-Identity`.
    Token {
        /// How long a JWT is valid, from its creation.
        lifetime: Duration,
    },
}

/// What an identity header contains where there is no value, such as that of a user where a client calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoValue {
    /// A hyphen. It reaches the API through every proxy, so an API can refuse a request without the header.
    #[default]
    Hyphen,
    /// Nothing. nginx and Caddy do not pass on a header without a value.
    Empty,
}

/// What happens to `OPTIONS`, which browsers send before a page of another origin calls an API (Fetch §3.2.2). Browsers
/// send no credential with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preflights {
    /// It is a request like any other: a protected route refuses it.
    #[default]
    Refuse,
    /// It passes without an identity wherever a route takes another method, and the API answers it. Pages of all
    /// origins can read refusals of the gate.
    Pass,
}

/// A rate limit: at most this many requests in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The number of requests, at least 1.
    pub requests: u32,
    /// The length of the window.
    pub window: Duration,
}

/// One line of the route table.
#[derive(Clone, Debug)]
pub struct Route {
    /// The host, in lower case; `None` means any.
    pub host: Option<String>,
    /// The path: `{name}` stands for one segment, `{*rest}` at the end for all that follow.
    pub path: String,
    /// The methods; empty means any.
    pub methods: Vec<Method>,
    /// What the caller must present.
    pub access: Access,
    /// What happens while the state of a credential cannot be known.
    pub when_unsure: WhenUnsure,
}

/// What a caller must present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing. A credential is ignored.
    Public,
    /// An active credential.
    Protected {
        /// The identifier of the resource server that the credential must be for.
        audience: String,
        /// The scopes that the credential must have, all of them.
        scopes: ScopeSet,
        /// The kinds of credential, as [`engine::present::PresentedKind::as_str`] names them; empty means any.
        credentials: Vec<String>,
    },
}

/// What happens while the state of a credential cannot be known: the database cannot be reached and the credential is
/// not in memory, or the memory is too old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenUnsure {
    /// The request is refused with 503.
    #[default]
    Closed,
    /// The request passes: with the identity from memory, or without an identity.
    Open,
}
