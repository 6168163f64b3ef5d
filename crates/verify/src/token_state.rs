//! What is known of a token, and what to do when that is not enough.

/// What to do with a token of which it is not known whether it was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum WhenStale {
    /// Refuse with 503: the promise that a revoked token is not accepted is kept.
    #[default]
    Closed,
    /// Accept unless it is known to be revoked: the API stays up.
    Open,
}

/// What is known of a token.
#[cfg_attr(not(feature = "http-client"), allow(dead_code, reason = "only a feed says more"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenState {
    Good,
    Bad,
    /// Nothing recent enough is known.
    Unknown,
}

#[cfg(feature = "http-client")]
impl TokenState {
    /// Of two that both must hold: what is bad is so whatever else is unknown.
    pub(crate) const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Bad, _) | (_, Self::Bad) => Self::Bad,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Good, Self::Good) => Self::Good,
        }
    }
}
