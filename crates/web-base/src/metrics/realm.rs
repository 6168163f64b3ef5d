//! The metrics of one realm.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::RealmName;
use oauth::Operation;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::histogram::Histogram;

use super::duration::duration_histogram;

/// Which part of a realm answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// An endpoint of the dialect.
    Endpoint(Operation),
    /// The admin API.
    Admin,
    /// The account API.
    Account,
    /// Health and readiness.
    Health,
    /// A router beside the issuer, such as a demo API.
    Api,
    /// The sign-in page.
    SignIn,
    /// The sign-out page.
    SignOut,
    /// The page of the user's connected apps.
    ConnectedApps,
    /// The style sheet and the icon of the pages.
    Asset,
    /// The form of access requests, and the one-time links that answer them.
    AccessRequest,
    /// The gate.
    Gate,
    /// A refusal of the gate that a proxy fetches by a second request.
    GateRefusal,
    /// The metadata of an API behind the gate (RFC 9728).
    ProtectedResource,
    /// The change feed, and its snapshots.
    Feed,
    /// The status lists.
    StatusLists,
    /// No part: there is no such path.
    Nowhere,
}

const OTHER_PARTS: [Part; 15] = [
    Part::Admin,
    Part::Health,
    Part::Api,
    Part::SignIn,
    Part::SignOut,
    Part::Asset,
    Part::AccessRequest,
    Part::Account,
    Part::ConnectedApps,
    Part::Gate,
    Part::ProtectedResource,
    Part::Nowhere,
    Part::Feed,
    Part::StatusLists,
    Part::GateRefusal,
];
const PARTS: usize = Operation::ALL.len() + OTHER_PARTS.len();

impl Part {
    fn all() -> impl Iterator<Item = Self> {
        Operation::ALL.into_iter().map(Self::Endpoint).chain(OTHER_PARTS)
    }

    /// The name in metrics and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Endpoint(operation) => operation.as_str(),
            Self::Admin => "admin",
            Self::Account => "account",
            Self::Health => "health",
            Self::Api => "api",
            Self::SignIn => "sign_in",
            Self::SignOut => "sign_out",
            Self::ConnectedApps => "connected_apps",
            Self::Asset => "asset",
            Self::AccessRequest => "access_request",
            Self::Gate => "gate",
            Self::GateRefusal => "gate_refusal",
            Self::ProtectedResource => "protected_resource",
            Self::Feed => "feed",
            Self::StatusLists => "status_lists",
            Self::Nowhere => "nowhere",
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Endpoint(operation) => operation as usize,
            Self::Admin => Operation::ALL.len(),
            Self::Health => Operation::ALL.len() + 1,
            Self::Api => Operation::ALL.len() + 2,
            Self::SignIn => Operation::ALL.len() + 3,
            Self::SignOut => Operation::ALL.len() + 4,
            Self::Asset => Operation::ALL.len() + 5,
            Self::AccessRequest => Operation::ALL.len() + 6,
            Self::Account => Operation::ALL.len() + 7,
            Self::ConnectedApps => Operation::ALL.len() + 8,
            Self::Gate => Operation::ALL.len() + 9,
            Self::ProtectedResource => Operation::ALL.len() + 10,
            Self::Nowhere => Operation::ALL.len() + 11,
            Self::Feed => Operation::ALL.len() + 12,
            Self::StatusLists => Operation::ALL.len() + 13,
            Self::GateRefusal => Operation::ALL.len() + 14,
        }
    }
}

/// The statuses that are counted separately, with their labels.
const STATUSES: [(u16, &str); 18] = [
    (200, "200"),
    (201, "201"),
    (204, "204"),
    (302, "302"),
    (303, "303"),
    (304, "304"),
    (400, "400"),
    (401, "401"),
    (403, "403"),
    (404, "404"),
    (405, "405"),
    (409, "409"),
    (413, "413"),
    (415, "415"),
    (429, "429"),
    (500, "500"),
    (503, "503"),
    (0, "other"),
];

#[derive(Debug)]
struct PartMetrics {
    statuses: [Counter; STATUSES.len()],
    took: Histogram,
}

impl Default for PartMetrics {
    fn default() -> Self {
        Self { statuses: Default::default(), took: duration_histogram() }
    }
}

/// The metrics of one realm.
#[derive(Debug)]
pub struct RealmMetrics {
    realm: RealmName,
    parts: [PartMetrics; PARTS],
    tokens: Counter,
    unverified: Counter,
    /// The number of refusals by reason code. The set of codes is fixed.
    refusals: Mutex<BTreeMap<&'static str, u64>>,
}

impl RealmMetrics {
    /// The metrics of a realm, all at zero.
    pub fn new(realm: RealmName) -> Self {
        Self {
            realm,
            parts: std::array::from_fn(|_| PartMetrics::default()),
            tokens: Counter::default(),
            unverified: Counter::default(),
            refusals: Mutex::default(),
        }
    }

    /// Counts an answer of `part`, which took `took` from the head of the request.
    pub fn answered(&self, part: Part, status: u16, took: Duration) {
        let Some(part_metrics) = self.parts.get(part.index()) else { return };
        let index = STATUSES.iter().position(|(known, _)| *known == status);
        if let Some(counter) = part_metrics.statuses.get(index.unwrap_or(STATUSES.len() - 1)) {
            counter.inc();
        }
        part_metrics.took.observe(took.as_secs_f64());
    }

    /// Counts an issued access token.
    pub fn issued(&self) {
        self.tokens.inc();
    }

    /// Counts a request that the gate let through although its credential could not be checked.
    pub fn unverified(&self) {
        self.unverified.inc();
    }

    /// Counts a refused request by its reason code.
    pub fn refused(&self, reason: &'static str) {
        *self.refusals().entry(reason).or_default() += 1;
    }
}

impl RealmMetrics {
    fn refusals(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Encodes the metrics of all realms, one family after the other.
#[derive(Debug)]
pub(super) struct RealmCollector(pub(super) Vec<Arc<RealmMetrics>>);

impl Collector for RealmCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Answers, by part and status.";
        let mut requests = counter(&mut encoder, "postern_requests", help)?;
        for (realm, part, metrics) in self.parts() {
            for ((_, status), counter) in STATUSES.iter().zip(&metrics.statuses) {
                if counter.get() > 0 {
                    let labels =
                        [("realm", realm), ("operation", part.as_str()), ("status", status)];
                    labelled(&mut requests, &labels, counter)?;
                }
            }
        }
        let name = "postern_request_duration_seconds";
        let help = "From the head of a request to its answer.";
        let mut took = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for (realm, part, metrics) in self.parts() {
            if metrics.statuses.iter().any(|counter| counter.get() > 0) {
                let labels = [("realm", realm), ("operation", part.as_str())];
                labelled(&mut took, &labels, &metrics.took)?;
            }
        }
        let help = "Access tokens issued.";
        let mut tokens = counter(&mut encoder, "postern_tokens_issued", help)?;
        for realm in &self.0 {
            labelled(&mut tokens, &[("realm", realm.realm.as_str())], &realm.tokens)?;
        }
        let help = "Requests let through although the credential could not be checked.";
        let mut unverified = counter(&mut encoder, "postern_gate_unverified", help)?;
        for realm in &self.0 {
            labelled(&mut unverified, &[("realm", realm.realm.as_str())], &realm.unverified)?;
        }
        let help = "Refused requests, by their private reason.";
        let mut refusals = counter(&mut encoder, "postern_refusals", help)?;
        for realm in &self.0 {
            for (reason, count) in &*realm.refusals() {
                let labels = [("realm", realm.realm.as_str()), ("reason", reason)];
                labelled(&mut refusals, &labels, &ConstCounter::new(*count))?;
            }
        }
        Ok(())
    }
}

impl RealmCollector {
    fn parts(&self) -> impl Iterator<Item = (&str, Part, &PartMetrics)> {
        self.0.iter().flat_map(|realm| {
            let name = realm.realm.as_str();
            Part::all().zip(&realm.parts).map(move |(part, metrics)| (name, part, metrics))
        })
    }
}

fn counter<'a>(
    encoder: &'a mut DescriptorEncoder<'_>,
    name: &'a str,
    help: &str,
) -> Result<MetricEncoder<'a>, fmt::Error> {
    encoder.encode_descriptor(name, help, None, MetricType::Counter)
}

fn labelled(
    metric: &mut MetricEncoder<'_>,
    labels: &impl EncodeLabelSet,
    value: &impl EncodeMetric,
) -> fmt::Result {
    value.encode(metric.encode_family(labels)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn every_part_has_its_own_index() {
        for (index, part) in Part::all().enumerate() {
            assert_eq!(part.index(), index, "{part:?}");
        }
    }

    #[test]
    fn the_page_has_requests_tokens_and_refusals() {
        let realm = Arc::new(RealmMetrics::new("demo".parse().unwrap()));
        realm.answered(Part::Endpoint(Operation::Token), 200, Duration::from_micros(70));
        realm.answered(Part::Endpoint(Operation::Token), 418, Duration::from_micros(70));
        realm.issued();
        realm.unverified();
        realm.answered(Part::Gate, 200, Duration::from_micros(7));
        realm.refused("white_space");
        let page = Metrics::new(vec![realm], Vec::new()).page();
        for line in [
            r#"postern_requests_total{realm="demo",operation="token",status="200"} 1"#,
            r#"postern_requests_total{realm="demo",operation="token",status="other"} 1"#,
            r#"postern_tokens_issued_total{realm="demo"} 1"#,
            r#"postern_gate_unverified_total{realm="demo"} 1"#,
            r#"postern_requests_total{realm="demo",operation="gate",status="200"} 1"#,
            r#"postern_refusals_total{realm="demo",reason="white_space"} 1"#,
            r#"postern_request_duration_seconds_bucket{realm="demo",operation="token",le="0.0001"} 2"#,
            r#"postern_refusals_total{realm="demo",reason="white_space"} 1"#,
            r#"postern_request_duration_seconds_count{realm="demo",operation="token"} 2"#,
        ] {
            assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
        }
    }
}
