//! The part of the configuration that talks over HTTP.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Secret};
use oauth::ClientSecret;
use reqwest::Url;

use crate::checks::Rules;
use crate::feed::{Feed, Settings};
use crate::http_client::{client, streaming_client};
use crate::keys::{Keys, RemoteKeys};
use crate::{BuildError, ClaimNames, HttpIntrospection, Introspect, VerifierBuilder, WhenStale};

/// How old what is known may be, unless said.
const STALE_AFTER: Duration = Duration::from_secs(30);

/// What was named, not yet checked.
#[derive(Debug)]
pub(crate) struct Remote {
    jwks: Option<String>,
    feed: Option<String>,
    stale_after: Duration,
    when_stale: WhenStale,
    introspection: Option<(String, String, Secret<ClientSecret>)>,
}

impl Default for Remote {
    fn default() -> Self {
        Self {
            jwks: None,
            feed: None,
            stale_after: STALE_AFTER,
            when_stale: WhenStale::default(),
            introspection: None,
        }
    }
}

/// What it became.
pub(super) struct Built {
    pub(super) keys: Option<RemoteKeys>,
    pub(super) introspection: Option<Arc<dyn Introspect>>,
    pub(super) follow: Option<Follow>,
}

/// A feed to follow.
pub(super) struct Follow {
    url: Url,
    stale_after: Duration,
    when_stale: WhenStale,
}

impl Follow {
    pub(super) fn begin(
        self,
        rules: &Rules,
        keys: &Arc<Keys>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Feed, BuildError> {
        if !keys.any_published() {
            return Err(BuildError::Follow);
        }
        Ok(Feed::new(Settings {
            url: self.url,
            issuer: rules.issuer.clone().ok_or(BuildError::NoIssuer)?,
            keys: Arc::clone(keys),
            http: streaming_client()?,
            clock: Arc::clone(clock),
            stale_after: self.stale_after,
            when_stale: self.when_stale,
        }))
    }
}

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

impl Remote {
    pub(super) fn build(
        self,
        clock: &Arc<dyn Clock>,
        names: &ClaimNames,
    ) -> Result<Built, BuildError> {
        if self.stale_after < Duration::from_secs(1) || self.stale_after > Duration::from_secs(3600)
        {
            return Err(BuildError::StaleAfter);
        }
        let follow = match self.feed {
            Some(url) => {
                let Self { stale_after, when_stale, .. } = self;
                Some(Follow { url: parse(&url)?, stale_after, when_stale })
            }
            None => None,
        };
        if self.jwks.is_none() && self.introspection.is_none() {
            return Ok(Built { keys: None, introspection: None, follow });
        }
        let http = client()?;
        let keys = match self.jwks {
            Some(url) => Some(RemoteKeys::new(parse(&url)?, http.clone(), Arc::clone(clock))),
            None => None,
        };
        let introspection = match self.introspection {
            Some((url, client_id, client_secret)) => {
                let (url, names) = (parse(&url)?, names.clone());
                let asking = HttpIntrospection { url, http, client_id, client_secret, names };
                Some(Arc::new(asking) as Arc<dyn Introspect>)
            }
            None => None,
        };
        Ok(Built { keys, introspection, follow })
    }
}

fn parse(url: &str) -> Result<Url, BuildError> {
    let url: Url = url.parse().map_err(|_| BuildError::Url)?;
    if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(BuildError::Url) }
}
