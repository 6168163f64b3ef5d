//! The error of an issuer that could not be asked.

use std::borrow::Cow;

/// The issuer gave no usable answer. The text is private and carries no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(Cow<'static, str>);

impl Unavailable {
    /// With a private reason.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(reason.into())
    }
}
