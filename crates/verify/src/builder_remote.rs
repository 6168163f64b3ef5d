//! The part of the configuration that talks over HTTP.

use std::sync::Arc;

use base::{Clock, Secret};
use oauth::ClientSecret;
use reqwest::Url;

use crate::http_client::client;
use crate::keys::RemoteKeys;
use crate::{BuildError, ClaimNames, HttpIntrospection, Introspect, VerifierBuilder};

/// What was named, not yet checked.
#[derive(Debug, Default)]
pub(crate) struct Remote {
    jwks: Option<String>,
    introspection: Option<(String, String, Secret<ClientSecret>)>,
}

/// What it became.
pub(super) struct Built {
    pub(super) keys: Option<RemoteKeys>,
    pub(super) introspection: Option<Arc<dyn Introspect>>,
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
        if self.jwks.is_none() && self.introspection.is_none() {
            return Ok(Built { keys: None, introspection: None });
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
        Ok(Built { keys, introspection })
    }
}

fn parse(url: &str) -> Result<Url, BuildError> {
    let url: Url = url.parse().map_err(|_| BuildError::Url)?;
    if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(BuildError::Url) }
}
