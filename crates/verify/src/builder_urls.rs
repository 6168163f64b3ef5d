//! The settings of what is reached over HTTP.

use std::time::Duration;

use base::Secret;
use oauth::ClientSecret;

use super::VerifierBuilder;
use crate::WhenStale;

impl VerifierBuilder {
    /// Where the issuer publishes its keys (`jwks_uri`). Fetched at first need, cached as
    /// `Cache-Control` says between a minute and a day, refreshed in the background, and kept for
    /// a week while the issuer cannot be reached.
    #[must_use]
    pub fn jwks_url(mut self, url: impl Into<String>) -> Self {
        self.remote.jwks = Some(url.into());
        self
    }

    /// Follows the issuer's change feed (`feed_endpoint` of its metadata): what is revoked or
    /// suspended is refused within a second, also where a token never expires. One background task
    /// holds everything that is revoked in memory; no request asks anybody. It begins at once where
    /// a tokio runtime is at hand, otherwise at the first request, and ends with the verifier.
    ///
    /// While the feed cannot be had, the status lists that tokens name stand in
    /// (`status_list.uri`, fetched only from the origin of the issuer or of the feed).
    #[must_use]
    pub fn follow(mut self, url: impl Into<String>) -> Self {
        self.remote.feed = Some(url.into());
        self
    }

    /// How old what is known of revocations may be: 30 s unless said, 1 s to 1 h. The clocks of
    /// issuer and service must agree within it.
    #[must_use]
    pub fn stale_after(mut self, limit: Duration) -> Self {
        self.remote.stale_after = limit;
        self
    }

    /// What becomes of tokens when what is known is older: refused with 503 unless said. A route
    /// can differ ([`crate::VerifyLayer::when_stale`]).
    #[must_use]
    pub fn when_stale(mut self, when_stale: WhenStale) -> Self {
        self.remote.when_stale = when_stale;
        self
    }

    /// The issuer's introspection endpoint, and this service's own credentials there.
    #[must_use]
    pub fn introspection_url(
        mut self,
        url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: Secret<ClientSecret>,
    ) -> Self {
        self.remote.introspection = Some((url.into(), client_id.into(), client_secret));
        self
    }
}
