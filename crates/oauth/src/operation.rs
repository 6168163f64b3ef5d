//! What an endpoint is for, whatever path a dialect gives it.

use serde::{Deserialize, Serialize};

/// One thing a client can ask of the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Exchange a grant for tokens (RFC 6749 §3.2).
    Token,
    /// Ask what a token stands for (RFC 7662).
    Introspection,
    /// Take a token back (RFC 7009).
    Revocation,
    /// Read the signing keys (RFC 7517 §5).
    Jwks,
    /// Read the issuer's metadata (RFC 8414 §3).
    Metadata,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 5] =
        [Self::Token, Self::Introspection, Self::Revocation, Self::Jwks, Self::Metadata];

    /// The name used in dialect files, metrics and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Introspection => "introspection",
            Self::Revocation => "revocation",
            Self::Jwks => "jwks",
            Self::Metadata => "metadata",
        }
    }
}
