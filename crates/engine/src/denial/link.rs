//! Reasons to refuse a one-time link.

use base::Timestamp;

/// Why a link opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkDenial {
    /// A one-time link that is none.
    #[error("the link is not good: changed, cut, or of another realm")]
    Unsealable,
    /// A one-time link that was used.
    #[error("the link was used before")]
    Used,
    /// A one-time link after which another one was sent.
    #[error("another link was sent after this one")]
    Superseded,
    /// A one-time link that is over.
    #[error("the link expired at {0}")]
    Expired(Timestamp),
}
