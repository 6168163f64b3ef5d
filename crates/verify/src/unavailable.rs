//! The issuer could not be asked.

use std::borrow::Cow;

/// Nothing could be learned from the issuer. The text is private, and carries no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(Cow<'static, str>);

impl Unavailable {
    /// With a private reason.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(reason.into())
    }
}
