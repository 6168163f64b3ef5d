//! The operations of an issuer, independent of the path that a dialect gives them.

use serde::{Deserialize, Serialize};

/// One operation that a client can request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Ask a user for a grant, in their browser (RFC 6749 §3.1).
    Authorization,
    /// Exchange a grant for tokens (RFC 6749 §3.2).
    Token,
    /// Ask what a token stands for (RFC 7662).
    Introspection,
    /// Revoke a token (RFC 7009).
    Revocation,
    /// Read the signing keys (RFC 7517 §5).
    Jwks,
    /// Read the issuer's metadata (RFC 8414 §3).
    Metadata,
    /// Ask who the user is (OpenID Connect Core §5.3).
    UserInfo,
    /// Sign the user out, in their browser (OpenID Connect RP-Initiated Logout §2).
    EndSession,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 8] = [
        Self::Authorization,
        Self::Token,
        Self::Introspection,
        Self::Revocation,
        Self::Jwks,
        Self::Metadata,
        Self::UserInfo,
        Self::EndSession,
    ];

    /// Whether a browser sends the request. The answer is then a page or a redirect.
    pub const fn is_for_browsers(self) -> bool {
        matches!(self, Self::Authorization | Self::EndSession)
    }

    /// The name used in dialect files, metrics and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Token => "token",
            Self::Introspection => "introspection",
            Self::Revocation => "revocation",
            Self::Jwks => "jwks",
            Self::Metadata => "metadata",
            Self::UserInfo => "userinfo",
            Self::EndSession => "end_session",
        }
    }
}
