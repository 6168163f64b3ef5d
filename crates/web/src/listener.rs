//! The service of a listener: finds the realm of a request, or shows the portal or the metrics.
//!
//! Invariant: every request gets an answer with a request id, even when a handler panics.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::header::STRICT_TRANSPORT_SECURITY;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, Version, header};
use futures_util::FutureExt as _;
use oauth::{ErrorResponse, Problem};
use web_base::metrics::{Metrics, Part};
use web_base::proxies::Arrival;
use web_base::request_id::{self, X_REQUEST_ID};
use web_base::respond::{self, plain};
use web_base::site::normal_authority;
use web_base::{AppState, LogLimiter, RealmRequest, Site, TrustedProxies, is_below};
use web_gate::gate;
use web_pages::portal::Portal;

use crate::process;
use crate::realm::{Realm, allows_any_origin};

/// What a listener serves.
#[derive(Debug)]
pub enum Serves {
    /// Realms, by host and path prefix.
    Realms(Realms),
    /// The portal and the metrics.
    Portal(Box<Portal>),
    /// The metrics only.
    Metrics,
}

/// Answers the requests of one listener.
#[derive(Debug)]
pub struct ListenerService {
    /// The state that all realms share.
    pub app: Arc<AppState>,
    /// The proxies whose forwarded headers are used.
    pub proxies: Arc<TrustedProxies>,
    /// The metrics of the process.
    pub metrics: Arc<Metrics>,
    /// What the listener serves.
    pub serves: Serves,
    /// Whether requests for other hosts than this machine's local ones are refused. A page of a site whose name
    /// resolves to this machine (DNS rebinding) then reads nothing.
    pub local_hosts_only: bool,
}

/// A path prefix and its realm. Lists are sorted by length, the longest prefix first.
type Below = (Box<str>, Arc<Realm>);

/// The realms of a listener.
#[derive(Debug, Default)]
pub struct Realms {
    by_authority: HashMap<Box<str>, Vec<Below>>,
    /// The realms by the hosts of the APIs behind their gates. A proxy that keeps the host sends its requests under
    /// it.
    by_gated_host: HashMap<Box<str>, Vec<Below>>,
    /// The only realm of the listener. It answers for any host.
    alone: Option<Arc<Realm>>,
}

impl Realms {
    /// Makes the table of these realms from the URLs of their issuers. A single realm without path prefix answers for
    /// any host, since it has the listener for itself.
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

    /// The realm of a request, and the range of the realm's own path within `path`.
    fn find(
        &self,
        host: Option<&str>,
        https: bool,
        path: &str,
    ) -> Option<(&Arc<Realm>, std::ops::Range<usize>)> {
        let of_host = host.and_then(|host| {
            // The usual spelling first: this look-up does not allocate.
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

    /// The realm whose gate protects the API at `host`. It answers under this host with its gate only.
    fn find_gated(&self, host: &str, path: &str) -> Option<(&Arc<Realm>, std::ops::Range<usize>)> {
        let of_host = self.by_gated_host.get(gate::normal_host(host).as_str())?;
        of_host.iter().find_map(|(prefix, realm)| {
            let range = relative(path, prefix)?;
            let own = path.get(range.clone())?;
            (is_below(own, "/gate") || is_below(own, gate::WELL_KNOWN)).then_some((realm, range))
        })
    }
}

/// The range of the path below `prefix`. A well-known path comes before the prefix (RFC 8414 §3.1).
fn relative(path: &str, prefix: &str) -> Option<std::ops::Range<usize>> {
    let below = |rest: &str| rest.is_empty() || rest.starts_with('/');
    if path.strip_prefix(prefix).is_some_and(below) {
        return Some(prefix.len()..path.len());
    }
    let well_known = path.starts_with("/.well-known/") && path.ends_with(prefix);
    well_known.then(|| 0..path.len() - prefix.len())
}

impl ListenerService {
    /// Answers a request from `peer`.
    pub async fn answer(
        &self,
        peer: SocketAddr,
        https: bool,
        request: Request<Body>,
    ) -> Response<Body> {
        let started = Instant::now();
        let arrival = self.proxies.arrival(peer.ip(), request.headers());
        let request_id = request_id::fresh(self.app.clock.now(), &*self.app.rng);
        let mut response = match &self.serves {
            _ if !names_one_host(&request) => {
                plain(StatusCode::BAD_REQUEST, "a request names one host\n")
            }
            _ if self.local_hosts_only && !names_local_host(request.headers(), request.uri()) => {
                let text = "this program answers for localhost and IP addresses only\n";
                plain(StatusCode::MISDIRECTED_REQUEST, text)
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
                        let is_https = realm.state.issuer().url().starts_with("https://");
                        let mut response = guarded(realm, request, started).await;
                        if is_https {
                            // RFC 6797 §7.1.
                            response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, ONE_YEAR);
                        }
                        return response;
                    }
                    None => process::nothing(request.headers(), "no such realm\n"),
                }
            }
            Serves::Portal(portal) => {
                let (head, _) = request.into_parts();
                process::portal((&self.app, &self.metrics), portal, &head).await
            }
            Serves::Metrics => {
                let (head, _) = request.into_parts();
                process::metrics_only((&self.app, &self.metrics), &head).await
            }
        };
        response.headers_mut().insert(&X_REQUEST_ID, request_id::header_value(&request_id));
        response
    }
}

/// Checks that a request has exactly one `Host` (RFC 9112 §3.2). HTTP/1.0 has none.
fn names_one_host(request: &Request<Body>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(_), None) => true,
        (None, _) => request.version() < Version::HTTP_11,
        (Some(_), Some(_)) => false,
    }
}

/// Whether every host that a request names is an IP address, `localhost` or a name below it (RFC 6761 §6.3). No
/// other site has such a name.
pub fn names_local_host(headers: &HeaderMap, target: &Uri) -> bool {
    let named = headers.get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or_default());
    named.chain(target.authority().map(Authority::as_str)).all(is_local)
}

fn is_local(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host().to_ascii_lowercase();
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&host);
    let name = host.strip_suffix('.').unwrap_or(&host);
    literal.parse::<IpAddr>().is_ok() || name == "localhost" || name.ends_with(".localhost")
}

fn find<'a>(
    realms: &'a Realms,
    arrival: &Arrival<'_>,
    https: bool,
    request: &Request<Body>,
) -> Option<(&'a Arc<Realm>, std::ops::Range<usize>)> {
    // RFC 9112 §3.2.2: an absolute request target takes precedence over `Host`.
    let target = request.uri().authority().map(|authority| authority.as_str());
    let host = if arrival.trusted { arrival.host } else { target.or(arrival.host) };
    realms.find(host, https, request.uri().path())
}

/// A browser that saw it uses https only for this host, for a year. Other hosts below it are not meant:
/// they may belong to others.
const ONE_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");

static PANICKED: LogLimiter = LogLimiter::new(10, Duration::from_secs(60));
static TOO_LONG: LogLimiter = LogLimiter::new(10, Duration::from_secs(60));

/// Lets the realm answer. If the handler panics or takes too long, the answer is an error in the format of the
/// dialect.
async fn guarded(realm: Arc<Realm>, request: RealmRequest, started: Instant) -> Response<Body> {
    let request_id = request.request_id.clone();
    let (method, uri, path) =
        (request.http.method().clone(), request.http.uri().clone(), request.path.clone());
    // Boxed, so that the large future is moved once and not with each wrapper.
    let answer = Box::pin(realm.answer(request, started));
    let answer = AssertUnwindSafe(answer).catch_unwind();
    let failure = match tokio::time::timeout(realm.limits.answer_time, answer).await {
        Ok(Ok(response)) => return response,
        Ok(Err(_)) => {
            PANICKED.line(realm.state.app().clock.now(), |left_out| {
                tracing::error!(request_id, left_out, "a handler panicked");
            });
            ErrorResponse::new(Problem::ServerError, "The server failed.")
        }
        Err(_) => {
            TOO_LONG.line(realm.state.app().clock.now(), |left_out| {
                tracing::error!(request_id, left_out, "an answer took too long");
            });
            ErrorResponse::new(Problem::TemporarilyUnavailable, "Too busy; try again.")
        }
    };
    let mut response = realm.state.failure(&failure, &request_id);
    let path = uri.path().get(path).unwrap_or_default();
    if allows_any_origin(realm.state.issuer().dialect(), &method, path) {
        respond::to_any_origin(response.headers_mut());
    }
    realm.state.metrics().answered(Part::Nowhere, response.status().as_u16(), started.elapsed());
    response.headers_mut().insert(&X_REQUEST_ID, request_id::header_value(&request_id));
    response
}
