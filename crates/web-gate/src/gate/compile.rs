//! Makes a gate from its settings. Everything that does not depend on a request is computed here, once.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use axum::http::{HeaderMap, header};
use base::Timestamp;
use engine::Issuer;
use engine::gate::{Identities, KINDS};
use web_base::respond;

use super::credential::Reader;
use super::error::GateError;
use super::log_limiter::LogLimiter;
use super::rates::Rates;
use super::resources::Resources;
use super::routes::Table;
use super::{Access, GateSettings, Identity, NoValue, Preflights, Route, Source};

/// The gate of one realm.
#[derive(Debug)]
pub struct Gate {
    pub(super) source: Source,
    pub(super) stale_after: std::time::Duration,
    pub(super) routes: Vec<Route>,
    pub(super) table: Table,
    pub(super) reader: Reader,
    /// Makes the identity JWT; `None` where the identity is in separate headers.
    pub(super) identities: Option<Identities>,
    pub(super) no_value: NoValue,
    pub(super) preflights: Preflights,
    pub(super) rates: Rates,
    pub(super) resources: Resources,
    /// The minute (since 1970) in which the last warning about a wrong setup of the proxy was logged.
    warned_in: AtomicI64,
    pub(super) log_limiter: LogLimiter,
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
            warned_in: AtomicI64::new(i64::MIN),
            log_limiter: LogLimiter::default(),
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

    /// Whether a warning about a wrong setup of the proxy may be logged now: once a minute at most.
    pub(super) fn may_warn(&self, now: Timestamp) -> bool {
        let minute = now.millis().div_euclid(60_000);
        self.warned_in.swap(minute, Relaxed) != minute
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
