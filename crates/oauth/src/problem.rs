//! What an error response says: a [`Problem`], its error code and its HTTP status.
//!
//! Invariant: code and status are *derived* from the problem, never chosen by a caller. Only a
//! dialect may map a problem to another status and spelling.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The `error` member of an error response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// RFC 6749 §5.2.
    InvalidRequest,
    /// RFC 6749 §5.2.
    InvalidClient,
    /// RFC 6749 §5.2.
    InvalidGrant,
    /// RFC 6749 §5.2.
    UnauthorizedClient,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §5.2.
    InvalidScope,
    /// RFC 6749 §4.1.2.1.
    AccessDenied,
    /// RFC 6749 §4.1.2.1.
    ServerError,
    /// RFC 6749 §4.1.2.1.
    TemporarilyUnavailable,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// OpenID Connect Core §3.1.2.6.
    LoginRequired,
    /// OpenID Connect Core §3.1.2.6.
    ConsentRequired,
    /// OpenID Connect Core §3.1.2.6.
    InteractionRequired,
    /// OpenID Connect Core §3.1.2.6.
    RequestNotSupported,
    /// OpenID Connect Core §3.1.2.6.
    RequestUriNotSupported,
    /// RFC 6750 §3.1.
    InvalidToken,
    /// RFC 6750 §3.1.
    InsufficientScope,
    /// RFC 8707 §2.
    InvalidTarget,
    /// RFC 7009 §2.2.1.
    UnsupportedTokenType,
    /// Not registered: the reason phrase of RFC 6585 §4 in the same spelling.
    TooManyRequests,
    /// Not registered: the reason phrase of RFC 9110 §15.5.5, at the admin and the account API.
    NotFound,
    /// Not registered: the reason phrase of RFC 9110 §15.5.10, at the admin and the account API.
    Conflict,
    /// Not registered: at the admin and the account API.
    IdempotencyKeyReused,
}

impl ErrorCode {
    /// The registered spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidTarget => "invalid_target",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::TooManyRequests => "too_many_requests",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $code:ident, $status:literal;)*) => {
        /// What went wrong, as far as a client may know. It is finer than [`ErrorCode`], because
        /// published formats distinguish cases that share one code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Problem { $($(#[$doc])* $variant,)* }

        impl Problem {
            /// Every problem.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in dialect files.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The error code it is reported with.
            pub const fn code(self) -> ErrorCode {
                match self { $(Self::$variant => ErrorCode::$code,)* }
            }

            /// The HTTP status it is reported with (RFC 6749 §5.2, RFC 6750 §3.1, RFC 9110 §15).
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
        }
    };
}

problems! {
    /// A parameter is missing, repeated, too long or malformed (RFC 6749 §5.2).
    InvalidRequest = "invalid_request", InvalidRequest, 400;
    /// The body's media type is not accepted here (RFC 9110 §15.5.16).
    UnsupportedMediaType = "unsupported_media_type", InvalidRequest, 415;
    /// The body is longer than the limit (RFC 9110 §15.5.14).
    PayloadTooLarge = "payload_too_large", InvalidRequest, 413;
    /// The method is not allowed here (RFC 9110 §15.5.6).
    MethodNotAllowed = "method_not_allowed", InvalidRequest, 405;
    /// There is nothing at this path (RFC 9110 §15.5.5).
    NotFound = "not_found", InvalidRequest, 404;
    /// The state of something does not allow the change (RFC 9110 §15.5.10): at the admin and the account API.
    Conflict = "conflict", Conflict, 409;
    /// The idempotency key came before, with another request (RFC 9110 §15.5.21): at the admin and the account API.
    IdempotencyKeyReused = "idempotency_key_reused", IdempotencyKeyReused, 422;
    /// Client authentication failed (RFC 6749 §5.2).
    InvalidClient = "invalid_client", InvalidClient, 401;
    /// The client authenticated, but it or its organization is suspended.
    ClientSuspended = "client_suspended", InvalidClient, 401;
    /// The presented code or refresh token is unknown, expired, revoked or another client's
    /// (RFC 6749 §5.2).
    InvalidGrant = "invalid_grant", InvalidGrant, 400;
    /// The client may not use this grant type (RFC 6749 §5.2).
    UnauthorizedClient = "unauthorized_client", UnauthorizedClient, 400;
    /// This issuer does not offer the grant type (RFC 6749 §5.2).
    UnsupportedGrantType = "unsupported_grant_type", UnsupportedGrantType, 400;
    /// The scope is unknown, malformed or more than was granted (RFC 6749 §5.2).
    InvalidScope = "invalid_scope", InvalidScope, 400;
    /// No audience was named, and there is no default (RFC 8707 §2).
    AudienceMissing = "audience_missing", InvalidTarget, 400;
    /// No such resource server (RFC 8707 §2).
    AudienceUnknown = "audience_unknown", InvalidTarget, 400;
    /// The client has no grant for this resource server (RFC 8707 §2).
    AudienceNotGranted = "audience_not_granted", InvalidTarget, 400;
    /// The budget of this hour or day is used up (RFC 6585 §4).
    BudgetSpent = "budget_spent", TooManyRequests, 429;
    /// Too many requests (RFC 6585 §4).
    RateLimited = "rate_limited", TooManyRequests, 429;
    /// The resource owner or the server denied the request (RFC 6749 §4.1.2.1).
    AccessDenied = "access_denied", AccessDenied, 403;
    /// No such app may ask users for consent. Shown on a page, because there is no redirect URI
    /// (RFC 6749 §4.1.2.1).
    UnknownApp = "unknown_app", InvalidRequest, 400;
    /// The redirect URI is missing, malformed or not registered for the app. Shown on a page, never
    /// redirected (RFC 6749 §4.1.2.1).
    InvalidRedirect = "invalid_redirect", InvalidRequest, 400;
    /// The `state` is missing or too short for this issuer (RFC 6749 §10.12).
    InvalidState = "invalid_state", InvalidRequest, 400;
    /// The response type or mode is not `code` by query (RFC 6749 §4.1.2.1).
    UnsupportedResponseType = "unsupported_response_type", UnsupportedResponseType, 400;
    /// The user is not signed in, and no page may be shown (OpenID Connect Core §3.1.2.6).
    LoginRequired = "login_required", LoginRequired, 400;
    /// The user has not consented, and no page may be shown (OpenID Connect Core §3.1.2.6).
    ConsentRequired = "consent_required", ConsentRequired, 400;
    /// The user has to choose, and no page may be shown (OpenID Connect Core §3.1.2.6).
    InteractionRequired = "interaction_required", InteractionRequired, 400;
    /// The `request` parameter is not supported (OpenID Connect Core §3.1.2.6).
    RequestNotSupported = "request_not_supported", RequestNotSupported, 400;
    /// The `request_uri` parameter is not supported (OpenID Connect Core §3.1.2.6).
    RequestUriNotSupported = "request_uri_not_supported", RequestUriNotSupported, 400;
    /// The presented access token or key is not active (RFC 6750 §3.1).
    InvalidToken = "invalid_token", InvalidToken, 401;
    /// The token lacks a scope (RFC 6750 §3.1).
    InsufficientScope = "insufficient_scope", InsufficientScope, 403;
    /// An API was called without any credential (RFC 6750 §3.1). The challenge then names no error.
    NoCredential = "no_credential", InvalidToken, 401;
    /// At an API: the credential is genuine, but its client or organization is suspended.
    CallerSuspended = "caller_suspended", AccessDenied, 403;
    /// This kind of token cannot be revoked here (RFC 7009 §2.2.1).
    UnsupportedTokenType = "unsupported_token_type", UnsupportedTokenType, 400;
    /// An error of the server. The log has the reason under the request id (RFC 9110 §15.6.1).
    ServerError = "server_error", ServerError, 500;
    /// The server cannot answer now; the client may try again (RFC 9110 §15.6.4).
    TemporarilyUnavailable = "temporarily_unavailable", TemporarilyUnavailable, 503;
}

impl Problem {
    /// The error code it is reported with by the admin and the account API. No RFC names their codes, so
    /// what is not there has one of its own.
    pub const fn api_code(self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            other => other.code(),
        }
    }
}

impl std::str::FromStr for Problem {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|problem| problem.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_5_2_only_authentication_answers_401() {
        for problem in Problem::ALL {
            let unauthenticated = matches!(
                problem,
                Problem::InvalidClient
                    | Problem::ClientSuspended
                    | Problem::InvalidToken
                    | Problem::NoCredential
            );
            assert_eq!(problem.status() == 401, unauthenticated, "{problem:?}");
            assert_eq!(problem.as_str().parse(), Ok(*problem));
        }
    }
}
