//! The revocation state of a token, and what to do when it is unknown.

/// What to do with a token whose revocation state is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum WhenStale {
    /// Refuse it with 503, so that a revoked token is never accepted.
    #[default]
    Closed,
    /// Accept it unless it is known to be revoked, so that the API stays available.
    Open,
}

/// The revocation state of a token.
#[cfg_attr(not(feature = "http-client"), allow(dead_code, reason = "only a feed says more"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenState {
    Active,
    Revoked,
    /// No recent data is available.
    Unknown,
}

#[cfg(feature = "http-client")]
impl TokenState {
    /// Combines two states. Revoked wins, whatever else is unknown.
    pub(crate) const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Revoked, _) | (_, Self::Revoked) => Self::Revoked,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Active, Self::Active) => Self::Active,
        }
    }
}
