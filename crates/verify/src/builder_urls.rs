//! The settings of addresses that are reached over HTTP.

use std::time::Duration;

use base::Secret;
use oauth::ClientSecret;

use super::VerifierBuilder;
use crate::WhenStale;

impl VerifierBuilder {
    /// The address of the issuer's keys (`jwks_uri`). They are fetched when they are first needed,
    /// cached as `Cache-Control` says between a minute and a day, refreshed in the background, and
    /// kept for a week while the issuer cannot be reached.
    #[must_use]
    pub fn jwks_url(mut self, url: impl Into<String>) -> Self {
        self.remote.jwks = Some(url.into());
        self
    }

    /// Follows the issuer's change feed (`feed_endpoint` of its metadata). What is revoked or
    /// suspended is refused within a second, also for tokens that never expire. One background task
    /// holds everything that is revoked in memory, so no request to the API waits for the issuer.
    /// The task starts at once where a tokio runtime is running, otherwise at the first request. It
    /// ends with the verifier.
    ///
    /// While the feed is unavailable, the status lists that tokens name are used
    /// (`status_list.uri`, fetched only from the origin of the issuer or of the feed).
    #[must_use]
    pub fn follow(mut self, url: impl Into<String>) -> Self {
        self.remote.feed = Some(url.into());
        self
    }

    /// The limit on the age of revocation data: 1 s to 1 h. Default: 30 s. The clocks of issuer and
    /// service must agree within it.
    #[must_use]
    pub fn stale_after(mut self, limit: Duration) -> Self {
        self.remote.stale_after = limit;
        self
    }

    /// What happens to tokens when the revocation data is older. Default: they are refused with
    /// 503. A route can override it ([`crate::VerifyLayer::when_stale`]).
    #[must_use]
    pub fn when_stale(mut self, when_stale: WhenStale) -> Self {
        self.remote.when_stale = when_stale;
        self
    }

    /// The issuer's introspection endpoint, and this service's credentials there.
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
