//! Whether a verified token was revoked since: the feed first, and what stands in for it when it is
//! stale. Invariant: a mark known to be revoked refuses, however old that knowledge is; nothing known
//! refuses unless the route is open by name.

use crate::seen::Seen;
use crate::token_state::{TokenState, WhenStale};
use crate::{Principal, Rejection, Verifier};

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
