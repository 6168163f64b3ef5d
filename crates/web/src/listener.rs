//! What stands behind a listener: finds the realm of a request, or shows the portal or the figures.
//!
//! Invariant: every request gets an answer with a request id, also when what answers panics.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, Version, header};
use futures_util::FutureExt as _;
use oauth::{ErrorResponse, Problem};
use web_base::metrics::{Metrics, Part};
use web_base::proxies::Arrival;
use web_base::request_id::{self, X_REQUEST_ID};
use web_base::respond::plain;
use web_base::site::normal_authority;
use web_base::{AppState, RealmRequest, Site, TrustedProxies, is_below};
use web_gate::gate;
use web_pages::portal::Portal;

use crate::process;
use crate::realm::Realm;

/// What a listener serves.
#[derive(Debug)]
pub enum Serves {
    /// Realms, by host and path prefix.
    Realms(Realms),
    /// The page that lists the realms, and the figures.
    Portal(Box<Portal>),
    /// The figures alone.
    Metrics,
}

/// Answers the requests of one listener.
#[derive(Debug)]
pub struct ListenerService {
    /// What all realms share.
    pub app: Arc<AppState>,
    /// Whose word is believed.
    pub proxies: Arc<TrustedProxies>,
    /// Everything that is counted.
    pub metrics: Arc<Metrics>,
    /// What is behind.
    pub serves: Serves,
}

/// A realm below a path prefix; the longest prefix first.
type Below = (Box<str>, Arc<Realm>);

/// The realms of a listener.
#[derive(Debug, Default)]
pub struct Realms {
    by_authority: HashMap<Box<str>, Vec<Below>>,
    /// By the hosts of the APIs behind their gates: a proxy that keeps the host asks under it.
    by_gated_host: HashMap<Box<str>, Vec<Below>>,
    /// The only realm there is: it answers to any host.
    alone: Option<Arc<Realm>>,
}

impl Realms {
    /// These realms, by their issuers. A single one without path prefix answers to any host: its
    /// listener is its own.
    pub fn new(realms: Vec<(Site, Arc<Realm>)>) -> Self {
        let alone = match realms.as_slice() {
            [(site, realm)] if site.prefix().is_empty() => Some(Arc::clone(realm)),
            _ => None,
        };
        let mut by_authority: HashMap<Box<str>, Vec<Below>> = HashMap::new();
        let mut by_gated_host: HashMap<Box<str>, Vec<Below>> = HashMap::new();
        for (site, realm) in realms {
            for host in realm.gate.iter().flat_map(|gate| gate.hosts()) {
                let below = (site.prefix().into(), Arc::clone(&realm));
                by_gated_host.entry(host.into()).or_default().push(below);
            }
            let of_authority = by_authority.entry(site.authority().into()).or_default();
            of_authority.push((site.prefix().into(), realm));
        }
        for of_authority in by_authority.values_mut().chain(by_gated_host.values_mut()) {
            of_authority.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        }
        Self { by_authority, by_gated_host, alone }
    }

    /// The realm of a request, and where its own path lies in the path asked for.
    fn find(
        &self,
        host: Option<&str>,
        https: bool,
        path: &str,
    ) -> Option<(&Arc<Realm>, std::ops::Range<usize>)> {
        let of_host = host.and_then(|host| {
            // As most clients spell it first: that look-up allocates nothing.
            self.by_authority.get(host).or_else(|| {
                normal_authority(host, https).and_then(|host| self.by_authority.get(&host))
            })
        });
        let of_prefix = of_host
            .into_iter()
            .flatten()
            .find_map(|(prefix, realm)| relative(path, prefix).map(|range| (realm, range)));
        of_prefix
            .or_else(|| self.alone.as_ref().map(|realm| (realm, 0..path.len())))
            .or_else(|| self.find_gated(host?, path))
    }

    /// The realm whose gate stands before the API that is reached at `host`: for the gate alone.
    fn find_gated(&self, host: &str, path: &str) -> Option<(&Arc<Realm>, std::ops::Range<usize>)> {
        let of_host = self.by_gated_host.get(gate::normal_host(host).as_str())?;
        of_host.iter().find_map(|(prefix, realm)| {
            let range = relative(path, prefix)?;
            let own = path.get(range.clone())?;
            (is_below(own, "/gate") || is_below(own, gate::WELL_KNOWN)).then_some((realm, range))
        })
    }
}

/// Where the path below `prefix` lies. RFC 8414 §3.1 puts a well-known path before the prefix.
fn relative(path: &str, prefix: &str) -> Option<std::ops::Range<usize>> {
    let below = |rest: &str| rest.is_empty() || rest.starts_with('/');
    if path.strip_prefix(prefix).is_some_and(below) {
        return Some(prefix.len()..path.len());
    }
    let well_known = path.starts_with("/.well-known/") && path.ends_with(prefix);
    well_known.then(|| 0..path.len() - prefix.len())
}

impl ListenerService {
    /// Answers a request of `peer`.
    pub async fn answer(
        &self,
        peer: SocketAddr,
        https: bool,
        request: Request<Body>,
    ) -> Response<Body> {
        let started = Instant::now();
        let arrival = self.proxies.arrival(peer.ip(), request.headers());
        let given = if arrival.trusted { request_id::given(request.headers()) } else { None };
        let request_id =
            given.unwrap_or_else(|| request_id::fresh(self.app.clock.now(), &*self.app.rng));
        let mut response = match &self.serves {
            _ if !names_one_host(&request) => {
                plain(StatusCode::BAD_REQUEST, "a request names one host\n")
            }
            Serves::Realms(realms) => {
                let https = arrival.https.unwrap_or(https);
                let address = arrival.address;
                let found = find(realms, &arrival, https, &request);
                let found = found.map(|(realm, path)| (Arc::clone(realm), path));
                match found {
                    Some((realm, path)) => {
                        let limits = realm.limits;
                        let request =
                            RealmRequest { http: request, path, request_id, address, limits };
                        return guarded(realm, request, started).await;
                    }
                    None => plain(StatusCode::NOT_FOUND, "no such realm\n"),
                }
            }
            Serves::Portal(portal) => {
                let (head, _) = request.into_parts();
                process::portal((&self.app, &self.metrics), portal, &head.method, head.uri.path())
                    .await
            }
            Serves::Metrics => {
                let (head, _) = request.into_parts();
                process::metrics_only((&self.app, &self.metrics), &head.method, head.uri.path())
                    .await
            }
        };
        response.headers_mut().insert(&X_REQUEST_ID, request_id::header_value(&request_id));
        response
    }
}

/// RFC 9112 §3.2: a request has one `Host`; HTTP/1.0 knew none.
fn names_one_host(request: &Request<Body>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(_), None) => true,
        (None, _) => request.version() < Version::HTTP_11,
        (Some(_), Some(_)) => false,
    }
}

fn find<'a>(
    realms: &'a Realms,
    arrival: &Arrival<'_>,
    https: bool,
    request: &Request<Body>,
) -> Option<(&'a Arc<Realm>, std::ops::Range<usize>)> {
    // RFC 9112 §3.2.2: an absolute target goes before the header.
    let target = request.uri().authority().map(|authority| authority.as_str());
    let host = if arrival.trusted { arrival.host } else { target.or(arrival.host) };
    realms.find(host, https, request.uri().path())
}

/// Answers, whatever happens: in time, and with the dialect's own failure.
async fn guarded(realm: Arc<Realm>, request: RealmRequest, started: Instant) -> Response<Body> {
    let request_id = request.request_id.clone();
    // Boxed: kilobytes of state are moved once, and not with every wrapper around them.
    let answer = Box::pin(realm.answer(request, started));
    let answer = AssertUnwindSafe(answer).catch_unwind();
    let failure = match tokio::time::timeout(realm.limits.answer_time, answer).await {
        Ok(Ok(response)) => return response,
        Ok(Err(_)) => {
            tracing::error!(request_id, "a handler panicked");
            ErrorResponse::new(Problem::ServerError, "The server failed.")
        }
        Err(_) => {
            tracing::error!(request_id, "an answer took too long");
            ErrorResponse::new(Problem::TemporarilyUnavailable, "Too busy; try again.")
        }
    };
    let mut response = realm.state.failure(&failure, &request_id);
    realm.state.metrics().answered(Part::Nowhere, response.status().as_u16(), started.elapsed());
    response.headers_mut().insert(&X_REQUEST_ID, request_id::header_value(&request_id));
    response
}
