//! One realm behind a door: which of its parts answers a path.
//!
//! The first that knows the path: the gate, the dialect's endpoints, `/admin`, the pages for people,
//! `/account`, the feed and the status lists, `/healthz` and `/readyz`, what is mounted beside the
//! issuer, and else nothing, in the dialect's own words. Paths are compared as they came, undecoded:
//! `/%74oken` is not `/token`.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::uri::PathAndQuery;
use axum::http::{Method, Request, Response, Uri};
use dialect::Route;
use engine::RequestOrigin;
use oauth::{ErrorResponse, Problem};
use tower_service::Service as _;

use crate::access_request::{self, Page, SubmissionLock};
use crate::gate::{self, Gate};
use crate::metrics::Part;
use crate::request_id::{X_REQUEST_ID, header_value};
use crate::state::RealmState;
use crate::{WebLimits, account, admin, endpoint, feed, health, people, respond};

/// What answers for one realm.
#[derive(Debug)]
pub struct Realm {
    pub(crate) state: RealmState,
    pub(crate) limits: WebLimits,
    admin: Router,
    account: Router,
    beside: Option<Router>,
    pub(crate) gate: Option<Box<Gate>>,
    /// What is remembered of those who ask for credentials.
    pub(crate) submissions: SubmissionLock,
}

/// A request on its way to the part that answers it.
pub(crate) struct RealmRequest {
    pub(crate) request: Request<Body>,
    /// Where the realm's own path lies in that of the request.
    pub(crate) path: std::ops::Range<usize>,
    pub(crate) request_id: String,
    pub(crate) address: std::net::IpAddr,
}

impl RealmRequest {
    /// The path as the realm sees it.
    pub(crate) fn path(&self) -> &str {
        self.request.uri().path().get(self.path.clone()).unwrap_or_default()
    }

    /// The origin, with `path` as what was asked for: a pattern, where the path may hold a value.
    pub(crate) fn origin(&self, path: &str) -> RequestOrigin {
        RequestOrigin {
            request_id: self.request_id.clone(),
            address: Some(self.address),
            request: format!("{} {path}", self.request.method()),
            ..RequestOrigin::default()
        }
    }
}

impl Realm {
    /// A realm that answers for its issuer. `beside` answers what
    /// nothing else does.
    pub fn new(state: RealmState, limits: WebLimits, beside: Option<Router>) -> Self {
        let admin = admin::router(state.clone());
        let account = account::router(state.clone());
        Self {
            state,
            limits,
            admin,
            account,
            beside,
            gate: None,
            submissions: SubmissionLock::default(),
        }
    }

    /// Answers one request, and counts it.
    pub(crate) async fn answer(&self, asked: RealmRequest, started: Instant) -> Response<Body> {
        let request_id = asked.request_id.clone();
        let (part, mut response) = self.dispatch(asked).await;
        response.headers_mut().insert(&X_REQUEST_ID, header_value(&request_id));
        let (took, status) = (started.elapsed(), response.status().as_u16());
        self.state.metrics().answered(part, status, took);
        tracing::debug!(
            request_id,
            realm = self.state.issuer().realm().as_str(),
            operation = part.as_str(),
            status,
            micros = took.as_micros() as u64,
            "answered"
        );
        response
    }

    async fn dispatch(&self, asked: RealmRequest) -> (Part, Response<Body>) {
        // First, and with nothing done before: every call of every API behind it comes by here.
        if let Some(gate) = &self.gate {
            if gate.takes(asked.path()) {
                return (Part::Gate, gate::answer(self, gate, asked).await);
            }
            if is_below(asked.path(), gate::WELL_KNOWN) {
                return (Part::ProtectedResource, gate::resource(self, gate, asked).await);
            }
        }
        let dialect = Arc::clone(self.state.issuer().dialect());
        let path = asked.path().to_owned();
        match route(&dialect, asked.request.method(), &path) {
            Route::Found { endpoint, path_values } if endpoint.operation().is_for_browsers() => {
                let part = Part::Endpoint(endpoint.operation());
                (part, people::endpoint(self, endpoint, path_values, asked).await)
            }
            Route::Found { endpoint, path_values } => {
                let part = Part::Endpoint(endpoint.operation());
                let mut response = endpoint::answer(self, endpoint, path_values, asked).await;
                if endpoint.cors() {
                    respond::to_any_origin(response.headers_mut());
                }
                (part, response)
            }
            Route::MethodNotAllowed { allow } => {
                let there = allowed(&dialect, &allow, &path);
                let part = there.map_or(Part::Nowhere, |it| Part::Endpoint(it.operation()));
                let cors = there.is_some_and(dialect::Endpoint::cors);
                if asked.request.method() == Method::OPTIONS {
                    return (part, respond::options(&allow, cors));
                }
                let context = self.context(&asked.request_id);
                let refusal = dialect.encode_method_not_allowed(&allow, &context);
                let mut response = respond::outgoing(refusal);
                if cors {
                    respond::to_any_origin(response.headers_mut());
                }
                (part, response)
            }
            Route::NotFound => self.beyond_the_dialect(asked, &path).await,
        }
    }

    async fn beyond_the_dialect(&self, asked: RealmRequest, path: &str) -> (Part, Response<Body>) {
        let issuer = self.state.issuer();
        if is_below(path, "/admin") {
            return (Part::Admin, mounted(&self.admin, asked).await);
        }
        if let Some(part) = people::part(issuer.dialect(), path) {
            return (part, people::answer(self, part, asked).await);
        }
        if is_below(path, "/account") {
            return (Part::Account, mounted(&self.account, asked).await);
        }
        if let Some(wanted) = feed::Wanted::at(path) {
            return (wanted.part(), feed::answer(self, wanted, asked).await);
        }
        let health =
            health::answer(self.state.app(), &[issuer], asked.request.method(), path).await;
        if let Some(response) = health {
            return (Part::Health, response);
        }
        if let Some(place) = Page::find(issuer.dialect(), path) {
            return (Part::AccessRequest, access_request::answer(self, place, asked).await);
        }
        match &self.beside {
            Some(beside) => (Part::Api, mounted(beside, asked).await),
            None => {
                let failure =
                    ErrorResponse::new(Problem::NotFound, "There is nothing at this path.");
                (Part::Nowhere, self.failure(&failure, &asked.request_id))
            }
        }
    }

    /// A failure that no endpoint has a shape for.
    pub(crate) fn failure(&self, failure: &ErrorResponse, request_id: &str) -> Response<Body> {
        let context = self.context(request_id);
        respond::outgoing(self.state.issuer().dialect().encode_error(None, failure, &context))
    }

    pub(crate) fn context<'a>(&'a self, request_id: &'a str) -> dialect::Context<'a> {
        dialect::Context { request_id, issuer: self.state.issuer().url() }
    }
}

/// Where a request goes. Pages answer HEAD wherever they answer GET (RFC 9110 §9.3.2).
fn route<'a>(dialect: &'a dialect::Dialect, method: &Method, path: &'a str) -> Route<'a> {
    let page = |found: &Route<'_>| match found {
        Route::Found { endpoint, .. } => endpoint.operation().is_for_browsers(),
        _ => false,
    };
    let as_if_read = || Some(dialect.route("GET", path)).filter(page);
    let read = if *method == Method::HEAD { as_if_read() } else { None };
    read.unwrap_or_else(|| dialect.route(method.as_str(), path))
}

/// Whether `path` is `root` or lies below it.
pub(crate) fn is_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The endpoint that would have answered with another method.
fn allowed<'a>(
    dialect: &'a dialect::Dialect,
    allow: &[&str],
    path: &'a str,
) -> Option<&'a dialect::Endpoint> {
    match dialect.route(allow.first()?, path) {
        Route::Found { endpoint, .. } => Some(endpoint),
        _ => None,
    }
}

/// Lets a router answer. It sees the path as the realm does, the request id as a header, and the
/// origin as an extension, `Arc<RequestOrigin>`.
async fn mounted(router: &Router, asked: RealmRequest) -> Response<Body> {
    let origin = Arc::new(asked.origin(asked.path()));
    let shorter = asked.path.start > 0 || asked.path.end < asked.request.uri().path().len();
    let uri = shorter.then(|| relative(asked.request.uri(), asked.path())).flatten();
    let RealmRequest { mut request, request_id, .. } = asked;
    if let Some(uri) = uri {
        *request.uri_mut() = uri;
    }
    request.headers_mut().insert(&X_REQUEST_ID, header_value(&request_id));
    request.extensions_mut().insert(origin);
    let answer = router.clone().call(request).await;
    answer.unwrap_or_else(|never| match never {})
}

fn relative(uri: &Uri, path: &str) -> Option<Uri> {
    let path = if path.is_empty() { "/" } else { path };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    PathAndQuery::try_from(format!("{path}{query}")).ok().map(Uri::from)
}
