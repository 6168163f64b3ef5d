//! Proof Key for Code Exchange (RFC 7636): how a challenge follows from a verifier.

use base::digest::sha256;
use base::encoding::base64url;

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
