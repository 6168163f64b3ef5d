//! Reasons to refuse that only the gate has.

use crate::redact;

/// Why a request is not let through to an API, beyond what is wrong with its credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateDenial {
    /// No credential where one is asked for (RFC 6750 §3).
    #[error("the request carries no credential")]
    NoCredential,
    /// More than one credential (RFC 6750 §2).
    #[error("the request carries more than one credential")]
    SeveralCredentials,
    /// An `Authorization` header that cannot be read.
    #[error("the {0} header cannot be read: its scheme is not taken here, or it is malformed")]
    CredentialMalformed(&'static str),
    /// The proxy did not say what was asked for.
    #[error("the proxy in front of the gate sends no {0}: set it there")]
    HeaderMissing(&'static str),
    /// The proxy lets the caller's own header through.
    #[error("{0} came more than once: the proxy must overwrite what callers send")]
    HeaderRepeated(&'static str),
    /// The proxy's header is no such thing.
    #[error("{0} holds no {1}")]
    HeaderMalformed(&'static str, &'static str),
    /// A path that proxies and services may read differently.
    #[error("the path is ambiguous: it has {0}")]
    PathAmbiguous(&'static str),
    /// The route table has nothing for it.
    #[error("no route of the gate is for {}", redact(.0))]
    NoRoute(String),
    /// Not this kind of credential.
    #[error("the route takes no credential of kind {0}")]
    KindNotAllowed(&'static str),
    /// Not these scopes.
    #[error("the credential lacks a scope of {}", redact(.needed))]
    ScopeLacking {
        /// All that the route asks for, space-separated.
        needed: String,
    },
    /// Too many requests.
    #[error("the {of} makes too many requests; the next one is let through in {seconds} seconds")]
    RateExceeded {
        /// Whose limit it is.
        of: &'static str,
        /// Until another one may pass, rounded up.
        seconds: u64,
    },
    /// What is remembered is too old to be believed.
    #[error("nothing was heard from the database for {0} seconds: what is remembered may be over")]
    Stale(u64),
    /// It was refused a moment ago, and would pass now.
    #[error("it was refused a moment ago, and would be let through now")]
    PassesNow,
}
