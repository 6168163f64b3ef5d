//! What is counted of one realm.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::RealmName;
use oauth::Operation;

use super::{Histogram, Page};

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
    /// What is mounted beside the issuer, such as a demo API.
    Api,
    /// The page to sign in.
    SignIn,
    /// The page to sign out.
    SignOut,
    /// The page of the apps that somebody connected.
    ConnectedApps,
    /// The style of the pages.
    Asset,
    /// The form of access requests, and the one-time links that answer them.
    AccessRequest,
    /// The gate.
    Gate,
    /// What an API behind the gate tells of itself.
    ProtectedResource,
    /// The change feed, and its snapshots.
    Feed,
    /// The status lists.
    StatusLists,
    /// Nothing: there is no such path.
    Nowhere,
}

const OTHER_PARTS: [Part; 14] = [
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
        }
    }
}

/// The statuses that are told apart.
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

#[derive(Debug, Default)]
struct PartMetrics {
    statuses: [AtomicU64; STATUSES.len()],
    took: Histogram,
}

/// The figures of one realm.
#[derive(Debug)]
pub struct RealmMetrics {
    realm: RealmName,
    parts: [PartMetrics; PARTS],
    tokens: AtomicU64,
    unverified: AtomicU64,
    refusals: Mutex<BTreeMap<&'static str, u64>>,
}

impl RealmMetrics {
    /// All at zero.
    pub fn new(realm: RealmName) -> Self {
        Self {
            realm,
            parts: Default::default(),
            tokens: AtomicU64::new(0),
            unverified: AtomicU64::new(0),
            refusals: Mutex::default(),
        }
    }

    /// Notes an answer.
    pub fn answered(&self, part: Part, status: u16, took: Duration) {
        let Some(of_part) = self.parts.get(part.index()) else { return };
        let place = STATUSES.iter().position(|(known, _)| *known == status);
        if let Some(counter) = of_part.statuses.get(place.unwrap_or(STATUSES.len() - 1)) {
            counter.fetch_add(1, Relaxed);
        }
        of_part.took.record(took);
    }

    /// Notes an issued access token.
    pub fn issued(&self) {
        self.tokens.fetch_add(1, Relaxed);
    }

    /// Notes a request that the gate let through though nothing could be known of it.
    pub fn unverified(&self) {
        self.unverified.fetch_add(1, Relaxed);
    }

    /// Notes a refusal by its private reason, of which there are finitely many.
    pub fn refused(&self, reason: &'static str) {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        *refusals.entry(reason).or_default() += 1;
    }
}

pub(super) fn write(realms: &[Arc<RealmMetrics>], page: &mut Page) {
    page.family("postern_requests_total", "counter", "Answers, by part and status.");
    for (realm, part, figures) in parts(realms) {
        for ((_, status), counter) in STATUSES.iter().zip(&figures.statuses) {
            let count = counter.load(Relaxed);
            if count > 0 {
                let labels = [("realm", realm), ("operation", part.as_str()), ("status", status)];
                page.sample("postern_requests_total", &labels, count);
            }
        }
    }
    let took = "postern_request_duration_seconds";
    page.family(took, "histogram", "From the head of a request to its answer.");
    for (realm, part, figures) in parts(realms) {
        if figures.took.count() > 0 {
            figures.took.write(took, &[("realm", realm), ("operation", part.as_str())], page);
        }
    }
    page.family("postern_tokens_issued_total", "counter", "Access tokens issued.");
    for realm in realms {
        let labels = [("realm", realm.realm.as_str())];
        page.sample("postern_tokens_issued_total", &labels, realm.tokens.load(Relaxed));
    }
    let unverified = "postern_gate_unverified_total";
    page.family(unverified, "counter", "Requests let through while nothing could be known.");
    for realm in realms {
        let labels = [("realm", realm.realm.as_str())];
        page.sample(unverified, &labels, realm.unverified.load(Relaxed));
    }
    page.family("postern_refusals_total", "counter", "Refusals, by their private reason.");
    for realm in realms {
        for (reason, count) in &*realm.refusals.lock().unwrap_or_else(PoisonError::into_inner) {
            let labels = [("realm", realm.realm.as_str()), ("reason", reason)];
            page.sample("postern_refusals_total", &labels, count);
        }
    }
}

fn parts(realms: &[Arc<RealmMetrics>]) -> impl Iterator<Item = (&str, Part, &PartMetrics)> {
    realms.iter().flat_map(|realm| {
        let name = realm.realm.as_str();
        Part::all().zip(&realm.parts).map(move |(part, figures)| (name, part, figures))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn every_part_has_its_own_place() {
        for (index, part) in Part::all().enumerate() {
            assert_eq!(part.index(), index, "{part:?}");
        }
    }

    #[test]
    fn the_page_tells_requests_tokens_and_refusals() {
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
            r#"postern_request_duration_seconds_count{realm="demo",operation="token"} 2"#,
        ] {
            assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
        }
    }
}
