//! The gate does not let a request pass to an API (RFC 6750 §3).

use super::text::PublicText::{Explanation, Fixed};
use crate::redact;

/// Why a request does not pass, beyond what is wrong with its credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateReason {
    /// The route needs a credential, and the request has none (RFC 6750 §3).
    #[error("the request carries no credential")]
    NoCredential,
    /// The request has more than one credential (RFC 6750 §2).
    #[error("the request carries more than one credential")]
    SeveralCredentials,
    /// This header cannot be read as a credential.
    #[error("the {0} header cannot be read: its scheme is not accepted, or it is malformed")]
    CredentialMalformed(&'static str),
    /// The proxy does not send this header, which says what the original request was.
    #[error("the proxy in front of the gate sends no {0}: set it there")]
    HeaderMissing(&'static str),
    /// The proxy sends this header more than once: it passes on the caller's own.
    #[error("{0} came more than once: the proxy must overwrite what callers send")]
    HeaderRepeated(&'static str),
    /// The header holds something else than what it should.
    #[error("{0} holds no {1}")]
    HeaderMalformed(&'static str, &'static str),
    /// The `Connection` header names headers, which a proxy would remove (RFC 9110 §7.6.1).
    #[error("the Connection header names other headers: a proxy would take them away")]
    ConnectionNamesHeaders,
    /// The path may be read in two ways, by the proxy and by the API.
    #[error("the path is ambiguous: it has {0}")]
    PathAmbiguous(&'static str),
    /// The route table has no route for this host, path and method.
    #[error("no route of the gate is for {}", redact(.0))]
    NoRoute(String),
    /// The route does not accept this kind of credential.
    #[error("the route accepts no credential of kind {0}")]
    KindNotAllowed(&'static str),
    /// The credential lacks a scope that the route needs (RFC 6750 §3.1).
    #[error("the credential lacks a scope of {}", redact(.needed))]
    ScopeLacking {
        /// All scopes that the route needs, separated by spaces.
        needed: String,
    },
    /// Too many requests in the window of a limit (RFC 6585 §4).
    #[error("the {of} makes too many requests; the next one may pass in {seconds} seconds")]
    RateExceeded {
        /// Whose limit was reached: `credential` or `organization`.
        of: &'static str,
        /// Seconds until the next request may pass, rounded up.
        seconds: u64,
    },
    /// The database has not answered for so many seconds that what is in memory may be revoked by now.
    #[error("the database did not answer for {0} seconds: what is in memory may be revoked by now")]
    Stale(u64),
    /// The proxy asks for the answer to a request that was denied a moment ago, and it would pass now.
    #[error("the request was denied a moment ago, and would pass now")]
    PassesNow,
}

rows! { GateReason {
    NoCredential => "no_credential", Info, Request, NoCredential, Fixed("A credential is required."),
        "The caller must send its token or key in `Authorization`, and the proxy must pass that header on to the gate; \
         `public = true` on a route asks for none.";
    SeveralCredentials => "several_credentials", Info, Request, InvalidRequest,
        Fixed("The request must carry one credential only."),
        "The caller must send one credential, in one header, once; `[presentation]` of the dialect lists the headers \
         that are one.";
    CredentialMalformed => "credential_malformed", Info, Request, InvalidToken,
        Fixed("The credential cannot be read."),
        "Look at how the caller writes the header: a scheme such as `Bearer`, one space, the token. `[presentation] \
         schemes` of the dialect lists the schemes.";
    HeaderMissing => "gate_header_missing", Warn, Request, InvalidRequest, Explanation,
        "The proxy must say what the original request was: compare its configuration with its page in `docs/cookbook`, \
         and with `request` in `[realms.gate]`.";
    HeaderRepeated => "gate_header_repeated", Warn, Request, InvalidRequest, Explanation,
        "The proxy must overwrite the header instead of adding to what the caller sent: `proxy_set_header` in nginx, \
         and its like in other proxies.";
    HeaderMalformed => "gate_header_malformed", Info, Request, InvalidRequest, Explanation,
        "Look at what the proxy writes into the header, such as `X-Original-URI`: a variable may be empty or hold a \
         whole URL.";
    ConnectionNamesHeaders => "connection_names_headers", Info, Request, InvalidRequest,
        Fixed("The Connection header must name no other header."),
        "The caller may be after the identity headers. The proxy must remove a `Connection` that names more than \
         `close`, `keep-alive`, `upgrade` and `te`: compare it with its page in `docs/cookbook`.";
    PathAmbiguous => "path_ambiguous", Info, Request, InvalidRequest, Fixed("The path is ambiguous."),
        "The caller must write the path as the API spells it, without dot segments, `//`, `%2F` and backslashes. The \
         explanation names the part that programs read in two ways.";
    NoRoute => "no_route", Info, Request, AccessDenied, Fixed("There is no API at this address."),
        "Add a route for this host, path and method to `[[realms.gate.routes]]`, if the API offers it.";
    KindNotAllowed => "kind_not_allowed", Info, Request, AccessDenied,
        Fixed("This kind of credential is not accepted here."),
        "The caller must use a credential of another kind, or add this kind to `credentials` of the route.";
    ScopeLacking => "scope_lacking", Info, Request, InsufficientScope,
        Fixed("The credential lacks a scope that is required here."),
        "The caller must fetch a token with the `scopes` of the route, or add them to its grant with `postern grant \
         scopes`.";
    RateExceeded => "rate_exceeded", Info, Request, RateLimited, Fixed("Too many requests."),
        "The caller must wait for `Retry-After`; or raise `limits.credential` or `limits.organization` of \
         `[realms.gate]`.";
    Stale => "gate_stale", Warn, Request, TemporarilyUnavailable,
        Fixed("The service is not available at present; try again."),
        "The database has been silent for longer than `stale_after`: reach it again, or let reading routes pass with \
         `when_unsure = \"open\"`.";
    PassesNow => "passes_now", Info, Request, TemporarilyUnavailable, Fixed("Please try again."),
        "Nothing is wrong with the credential now: a cause of the first denial ended between the two questions \
         `answer=verdict` and `answer=refusal` of the proxy. Find it in `postern refusal list`.";
}}
