//! The error of [`super::Gate::new`].

use engine::gate::KINDS;

/// The settings of a gate are not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// The path of a route is not a valid pattern.
    #[error("the path {path:?} is none that a route can have: {why}")]
    Path {
        /// The path as the settings have it.
        path: String,
        /// The reason why it is not valid.
        why: &'static str,
    },
    /// Two routes match the same requests.
    #[error("two routes are for the same host, path {path:?} and method")]
    Twice {
        /// The path of both routes.
        path: String,
    },
    /// The host of a route is not a valid host in lower case without port.
    #[error("{0:?} is no host: expected a name or address in lower case, without port")]
    Host(String),
    /// A credential kind is unknown, or may not be presented to an API.
    #[error("{0:?} is no kind of credential that may be presented to an API: expected {KINDS:?}")]
    Kind(String),
    /// A rate allows no request, or has no window.
    #[error("a rate is at least one request in a window of some length")]
    Rate,
    /// The lifetime of the identity JWT is shorter than two seconds.
    #[error("the identity JWT must be good for two seconds at least")]
    Lifetime,
}
