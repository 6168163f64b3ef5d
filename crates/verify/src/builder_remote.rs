//! The part of the configuration that uses HTTP.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Secret};
use oauth::ClientSecret;
use reqwest::Url;

use crate::checks::Rules;
use crate::feed::{Feed, Settings};
use crate::http_client::{client, streaming_client};
use crate::keys::{Keys, RemoteKeys};
use crate::{BuildError, ClaimNames, HttpIntrospection, Introspect, WhenStale};

/// The default limit on the age of revocation data.
const STALE_AFTER: Duration = Duration::from_secs(30);

/// The settings, not yet checked.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(super) jwks: Option<String>,
    pub(super) feed: Option<String>,
    pub(super) stale_after: Duration,
    pub(super) when_stale: WhenStale,
    pub(super) introspection: Option<(String, String, Secret<ClientSecret>)>,
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

/// The checked settings.
pub(super) struct Built {
    pub(super) keys: Option<RemoteKeys>,
    pub(super) introspection: Option<Arc<dyn Introspect>>,
    pub(super) follow: Option<Follow>,
}

/// The settings of a feed.
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
