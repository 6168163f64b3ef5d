//! Reasons to refuse an authorization code, or how it is exchanged (RFC 6749 §4.1.3, RFC 7636 §4.6).

use base::Timestamp;

/// Why a code gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeDenial {
    /// Not a code of ours.
    #[error("the code does not open: changed, cut, or of another realm")]
    Unsealable,
    /// A code that is over.
    #[error("the code expired at {0}")]
    Expired(Timestamp),
    /// A code that was used before: what it gave is revoked.
    #[error("the code was used before; what it gave is revoked")]
    Replayed,
    /// A code that was tried before, where one attempt is all there is.
    #[error("the code was tried before, and one attempt is all there is")]
    Tried,
    /// Another client's code.
    #[error("the code was issued to another client")]
    OfAnother,
    /// Another redirect URI than the code was asked with.
    #[error("the redirect URI differs from that of the authorization request")]
    RedirectDiffers,
    /// A challenge without a verifier.
    #[error("the code has a challenge, and the request carries no verifier")]
    VerifierMissing,
    /// A verifier without a challenge (RFC 9700 §2.1.1).
    #[error("the request carries a verifier, and the code has no challenge")]
    VerifierUnasked,
    /// Too short, too long, or another alphabet.
    #[error("the code verifier is malformed: expected 43 to 128 unreserved characters")]
    VerifierMalformed,
    /// Not the one.
    #[error("the code verifier does not fit the challenge")]
    VerifierMismatch,
}
