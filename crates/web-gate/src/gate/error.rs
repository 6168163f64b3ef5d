//! Why settings make no gate.

use engine::gate::KINDS;

/// Why a gate cannot be made of its settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// A path that is no pattern.
    #[error("the path {path:?} is none that a route can have: {why}")]
    Path {
        /// As it was written.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two routes that say the same.
    #[error("two routes are for the same host, path {path:?} and method")]
    Twice {
        /// Their path.
        path: String,
    },
    /// A host that no request can have.
    #[error("{0:?} is no host: expected a name or address in lower case, without port")]
    Host(String),
    /// A kind that is none, or may not be presented to an API.
    #[error("{0:?} is no kind of credential that may be presented to an API: expected {KINDS:?}")]
    Kind(String),
    /// A rate that lets nothing through.
    #[error("a rate is at least one request in a window of some length")]
    Rate,
    /// An identity that is never good.
    #[error("the identity JWT must be good for two seconds at least")]
    Lifetime,
}
