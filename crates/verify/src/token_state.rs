//! Whether a verified token still holds: the feed first, and what stands in for it when it is
//! stale. Invariant: a mark known to be bad refuses, however old that knowledge is; nothing known
//! refuses unless the route is open by name.

use crate::seen::Seen;
use crate::{Principal, Rejection, Verifier};

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

#[cfg(not(feature = "http-client"))]
impl Verifier {
    pub(crate) const fn follows(&self) -> bool {
        false
    }

    pub(crate) async fn token_state(&self, _: &Seen) -> TokenState {
        TokenState::Good
    }

    pub(crate) async fn stale(
        &self,
        seen: &Seen,
        _: Option<WhenStale>,
    ) -> Result<Principal, Rejection> {
        Ok(seen.principal.clone())
    }
}

#[cfg(feature = "http-client")]
impl Verifier {
    /// Waits until it knows what is revoked, if it follows a feed. A service that waits for this
    /// before it takes requests refuses none at its start.
    pub async fn ready(&self) {
        if let Some(feed) = &self.feed {
            feed.begun().await;
        }
    }

    /// Where it stands in the feed that it follows.
    pub fn following(&self) -> Option<crate::Following> {
        self.feed.as_ref().map(crate::feed::Feed::report)
    }

    pub(crate) const fn follows(&self) -> bool {
        self.feed.is_some()
    }

    pub(crate) async fn token_state(&self, seen: &Seen) -> TokenState {
        let Some(feed) = &self.feed else { return TokenState::Good };
        match feed.token_state(&seen.dependencies, self.clock.now()) {
            TokenState::Unknown => feed.standing_once_begun(&seen.dependencies, &self.clock).await,
            known => known,
        }
    }

    /// The feed says nothing recent: the status list decides, then the route.
    pub(crate) async fn stale(
        &self,
        seen: &Seen,
        when_stale: Option<WhenStale>,
    ) -> Result<Principal, Rejection> {
        let Some(feed) = &self.feed else { return Ok(seen.principal.clone()) };
        let when_stale = when_stale.unwrap_or_else(|| feed.when_stale());
        let wait = when_stale == WhenStale::Closed;
        match (feed.listed(&seen.dependencies, wait).await, when_stale) {
            (TokenState::Bad, _) => Err(Rejection::Revoked),
            (TokenState::Good, _) | (TokenState::Unknown, WhenStale::Open) => {
                Ok(seen.principal.clone())
            }
            (TokenState::Unknown, WhenStale::Closed) => {
                Err(Rejection::StatusUnknown(feed.trouble()))
            }
        }
    }
}
