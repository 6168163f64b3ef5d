//! The signature algorithms (RFC 7518 §3.1, RFC 8037 §3.1). Invariant: `none` is not among them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a token is signed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256 (RFC 7518 §3.4).
    ES256,
    /// Ed25519 (RFC 8037 §3.1).
    EdDSA,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    RS256,
    /// HMAC with SHA-256 (RFC 7518 §3.2): signer and verifier share one secret.
    HS256,
}

impl Algorithm {
    /// All of them, the recommended first.
    pub const ALL: [Self; 4] = [Self::ES256, Self::EdDSA, Self::RS256, Self::HS256];

    /// The registered name, as in the `alg` header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
            Self::RS256 => "RS256",
            Self::HS256 => "HS256",
        }
    }

    /// Whether verifying needs the very secret that signs.
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::HS256)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithmError;

    /// Reads a registered name; case matters (RFC 7515 §4.1.1).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(UnknownAlgorithmError)
    }
}

/// A name that is not one of [`Algorithm::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of ES256, EdDSA, RS256, HS256")]
pub struct UnknownAlgorithmError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7515_4_1_1_names_are_case_sensitive_and_none_is_no_algorithm() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        for name in ["none", "es256", "RS512", ""] {
            assert_eq!(name.parse::<Algorithm>(), Err(UnknownAlgorithmError), "{name}");
        }
    }
}
