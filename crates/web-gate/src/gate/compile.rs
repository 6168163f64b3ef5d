//! Makes a gate from its settings. Everything that does not depend on a request is computed here, once.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use engine::Issuer;
use engine::gate::{Identities, KINDS};
use web_base::{LogLimiter, respond};

use super::credential::Reader;
use super::error::GateError;
use super::rates::Rates;
use super::resources::Resources;
use super::routes::Table;
use super::{Access, GateSettings, Identity, NoValue, Preflights, Route, Source};

/// The most refusals of unknown callers that are recorded in a second, so that a flood fills neither log nor store.
const RECORDED: u32 = 100;

/// The gate of one realm.
#[derive(Debug)]
pub struct Gate {
    pub(super) source: Source,
    pub(super) stale_after: Duration,
    pub(super) routes: Vec<Route>,
    pub(super) table: Table,
    pub(super) reader: Reader,
    /// Makes the identity JWT; `None` where the identity is in separate headers.
    pub(super) identities: Option<Identities>,
    pub(super) no_value: NoValue,
    pub(super) preflights: Preflights,
    pub(super) rates: Rates,
    pub(super) resources: Resources,
    /// Limits the warnings about a wrong setup of the proxy.
    pub(super) warnings: LogLimiter,
    /// Limits what is recorded of unknown callers.
    pub(super) recorded: LogLimiter,
}

impl Gate {
    /// Makes a gate.
    ///
    /// # Errors
    /// The first setting that is not valid.
    pub fn new(settings: GateSettings, issuer: &Issuer) -> Result<Self, GateError> {
        let GateSettings { source, identity, no_value, preflights, stale_after, routes, .. } =
            settings;
        for kind in routes.iter().flat_map(kinds) {
            if !KINDS.contains(&kind.as_str()) {
                return Err(GateError::Kind(kind.clone()));
            }
        }
        let identities = match identity {
            Identity::Headers => None,
            Identity::Token { lifetime } if lifetime.as_secs() < 2 => {
                return Err(GateError::Lifetime);
            }
            Identity::Token { lifetime } => Some(Identities::new(lifetime)),
        };
        let rates = Rates::new(settings.per_credential, settings.per_organization);
        Ok(Self {
            source,
            stale_after,
            table: Table::new(&routes)?,
            reader: Reader::new(issuer.dialect().presentation()),
            identities,
            no_value,
            preflights,
            rates: rates.ok_or(GateError::Rate)?,
            resources: Resources::new(&routes, issuer.url()),
            routes,
            warnings: LogLimiter::new(1, Duration::from_secs(60)),
            recorded: LogLimiter::new(RECORDED, Duration::from_secs(1)),
        })
    }

    /// Whether `path`, a path of the realm, belongs to the gate.
    pub fn takes(&self, path: &str) -> bool {
        match path.strip_prefix("/gate") {
            Some("") => true,
            Some(below) => self.source == Source::Path && below.starts_with('/'),
            None => false,
        }
    }

    /// The hosts that its routes name. A proxy that keeps the host sends its requests under them.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.table.hosts()
    }
}

fn kinds(route: &Route) -> &[String] {
    match &route.access {
        Access::Public => &[],
        Access::Protected { credentials, .. } => credentials,
    }
}

/// Forbids caches to store the response (RFC 9111 §5.2.2.5): it says who the caller is.
pub(super) fn never_kept(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, respond::NO_STORE);
}
