//! From the settings to a gate that answers: everything that can be made once is made here.

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
use super::{Access, GateSettings, Identity, Route, Source};

/// The gate of one realm.
#[derive(Debug)]
pub struct Gate {
    pub(super) source: Source,
    pub(super) stale_after: std::time::Duration,
    pub(super) routes: Vec<Route>,
    pub(super) table: Table,
    pub(super) reader: Reader,
    /// Makes JWTs, where the API is told by one.
    pub(super) identities: Option<Identities>,
    pub(super) rates: Rates,
    pub(super) resources: Resources,
    /// When somebody was last told of a proxy that is set up wrong.
    told: AtomicI64,
    pub(super) log_limiter: LogLimiter,
}

impl Gate {
    /// # Errors
    /// What in the settings cannot be meant.
    pub fn new(settings: GateSettings, issuer: &Issuer) -> Result<Self, GateError> {
        let GateSettings { source, identity, stale_after, routes, .. } = settings;
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
            rates: rates.ok_or(GateError::Rate)?,
            resources: Resources::new(&routes, issuer.url()),
            routes,
            told: AtomicI64::new(i64::MIN),
            log_limiter: LogLimiter::default(),
        })
    }

    /// Whether a path of the realm is a question.
    pub fn takes(&self, path: &str) -> bool {
        match path.strip_prefix("/gate") {
            Some("") => true,
            Some(below) => self.source == Source::Path && below.starts_with('/'),
            None => false,
        }
    }

    /// The hosts that its routes name: questions may come under them, where the proxy keeps the host.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.table.hosts()
    }

    /// Whether a proxy that is set up wrong should be told of again: once a minute.
    pub(super) fn tells(&self, now: Timestamp) -> bool {
        let minute = now.millis().div_euclid(60_000);
        self.told.swap(minute, Relaxed) != minute
    }
}

fn kinds(route: &Route) -> &[String] {
    match &route.access {
        Access::Public => &[],
        Access::Protected { credentials, .. } => credentials,
    }
}

/// Nothing about a caller may be kept (RFC 9111 §5.2.2.5).
pub(super) fn never_kept(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, respond::NO_STORE);
}
