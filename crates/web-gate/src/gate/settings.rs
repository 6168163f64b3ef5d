//! What a realm's gate is told: plain data, filled by the configuration.

use std::time::Duration;

use axum::http::Method;
use oauth::ScopeSet;

/// The gate of one realm.
#[derive(Clone, Debug)]
pub struct GateSettings {
    /// Where a proxy says what was asked for.
    pub source: Source,
    /// How the API is told who calls.
    pub identity: Identity,
    /// After so long without word from the database, what is remembered is not believed any more,
    /// and each route does as its [`Route::when_unsure`] says.
    pub stale_after: Duration,
    /// How often each credential may call.
    pub per_credential: Option<Rate>,
    /// How often all credentials of an organization may call together.
    pub per_organization: Option<Rate>,
    /// In the order of the file. What matches none is refused.
    pub routes: Vec<Route>,
}

/// Which words of a proxy count. The others are the caller's own, and are never looked at.
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

/// How the API is told who calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// In headers of their own, `X-Postern-…`: for a network that only the proxy can reach into.
    #[default]
    Headers,
    /// In one signed JWT, `X-Postern-Identity`, that is good for so long.
    Token {
        /// From when it is made.
        lifetime: Duration,
    },
}

/// At most so many requests in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many. At least 1.
    pub requests: u32,
    /// In how long.
    pub window: Duration,
}

/// One line of the route table.
#[derive(Clone, Debug)]
pub struct Route {
    /// The host it is for, in lower case; `None`: any.
    pub host: Option<String>,
    /// The path: `{name}` stands for one segment, `{*rest}` at the end for all that follow.
    pub path: String,
    /// The methods; empty: any.
    pub methods: Vec<Method>,
    /// What is asked of the caller.
    pub access: Access,
    /// What happens while nothing can be known.
    pub when_unsure: WhenUnsure,
}

/// What a route asks of its callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing: whatever they present is not looked at.
    Public,
    /// A good credential.
    Protected {
        /// The API it must be for: the identifier of a resource server.
        audience: String,
        /// All of these scopes.
        scopes: ScopeSet,
        /// Kinds of credential as [`engine::present::PresentedKind::as_str`] names them; empty: any.
        credentials: Vec<String>,
    },
}

/// What happens while nothing can be known of a credential: the database is away and it is not
/// remembered, or what is remembered is too old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenUnsure {
    /// The request is refused with 503.
    #[default]
    Closed,
    /// It passes: with the identity that is remembered, or else with none.
    Open,
}
