//! Proof Key for Code Exchange (RFC 7636): how a challenge follows from a verifier.

use base::digest::sha256;
use base::encoding::base64url;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

/// The `S256` challenge of a verifier (RFC 7636 §4.2).
///
/// ```
/// // The example of RFC 7636, appendix B.
/// let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// assert_eq!(postern_oauth::pkce::s256(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
/// ```
pub fn s256(verifier: &str) -> String {
    base64url(sha256(verifier.as_bytes()))
}

/// Whether a text may be a verifier: 43 to 128 unreserved characters (RFC 7636 §4.1).
pub fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

/// How a challenge follows from a verifier (RFC 7636 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChallengeMethod {
    /// By SHA-256.
    S256,
    /// The challenge is the verifier itself. Only for a published format that has nothing better.
    #[serde(rename = "plain")]
    Plain,
}

impl ChallengeMethod {
    /// The value of `code_challenge_method`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S256 => "S256",
            Self::Plain => "plain",
        }
    }

    /// Whether `challenge` was made from `verifier`; in constant time.
    pub fn verifies(self, challenge: &str, verifier: &str) -> bool {
        let made = match self {
            Self::S256 => s256(verifier),
            Self::Plain => verifier.to_owned(),
        };
        made.as_bytes().ct_eq(challenge.as_bytes()).into()
    }
}

impl std::str::FromStr for ChallengeMethod {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "S256" => Ok(Self::S256),
            "plain" => Ok(Self::Plain),
            _ => Err(()),
        }
    }
}
