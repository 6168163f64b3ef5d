//! Finds out whether a verified token was revoked: from the feed, or from its substitutes when the
//! feed is stale. Invariant: a mark known to be revoked refuses the token, however old that
//! knowledge is. An unknown state refuses it, too, unless the route is explicitly open.

use crate::seen::Seen;
use crate::token_state::{TokenState, WhenStale};
use crate::{Principal, Rejection, Verifier};

#[cfg(not(feature = "http-client"))]
impl Verifier {
    pub(crate) const fn follows(&self) -> bool {
        false
    }

    pub(crate) async fn token_state(&self, _: &Seen) -> TokenState {
        TokenState::Active
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
    /// Waits until the revoked marks are known, if a feed is followed. A service that waits for
    /// this before it accepts requests refuses none at its start.
    pub async fn ready(&self) {
        if let Some(feed) = &self.feed {
            feed.begun().await;
        }
    }

    /// The state of the follower, if a feed is followed.
    pub fn following(&self) -> Option<crate::Following> {
        self.feed.as_ref().map(crate::feed::Feed::report)
    }

    pub(crate) const fn follows(&self) -> bool {
        self.feed.is_some()
    }

    pub(crate) async fn token_state(&self, seen: &Seen) -> TokenState {
        let Some(feed) = &self.feed else { return TokenState::Active };
        match feed.token_state(&seen.dependencies, self.clock.now()) {
            TokenState::Unknown => {
                feed.token_state_once_begun(&seen.dependencies, &self.clock).await
            }
            known => known,
        }
    }

    /// The feed has no recent data: the status list decides, then the route's setting.
    pub(crate) async fn stale(
        &self,
        seen: &Seen,
        when_stale: Option<WhenStale>,
    ) -> Result<Principal, Rejection> {
        let Some(feed) = &self.feed else { return Ok(seen.principal.clone()) };
        let when_stale = when_stale.unwrap_or_else(|| feed.when_stale());
        let wait = when_stale == WhenStale::Closed;
        match (feed.listed(&seen.dependencies, wait).await, when_stale) {
            (TokenState::Revoked, _) => Err(Rejection::Revoked),
            (TokenState::Active, _) | (TokenState::Unknown, WhenStale::Open) => {
                Ok(seen.principal.clone())
            }
            (TokenState::Unknown, WhenStale::Closed) => {
                Err(Rejection::StatusUnknown(feed.trouble()))
            }
        }
    }
}
