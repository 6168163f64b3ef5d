//! One realm behind a listener: finds the part that answers a path.
//!
//! The first part that has the path answers. The order is: the gate, the endpoints of the dialect, `/admin`, the pages
//! for users, `/account`, the feed and the status lists, `/healthz` and `/readyz`, the pages of access requests, the
//! router beside the issuer. If no part has it, the answer is 404 in the format of the dialect. A browser that opens a
//! page gets any 404 as a page. Paths are compared as they were sent, without decoding: `/%74oken` is not `/token`.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::uri::PathAndQuery;
use axum::http::{Method, Response, StatusCode, Uri};
use dialect::Route;
use oauth::{ErrorResponse, Problem};
use tower_service::Service as _;
use web_base::metrics::Part;
use web_base::request_id::{X_REQUEST_ID, header_value};
use web_base::{RealmRequest, RealmState, WebLimits, is_below, respond};
use web_gate::feed::{self, FeedResource, RealmFeed};
use web_gate::gate::{self, Gate, GateError, GateSettings};
use web_pages::access_request::{self, Page, SubmissionLock};
use web_pages::people::{self, Browsing};

use crate::{endpoint, health};

/// Answers the requests to one realm.
#[derive(Debug)]
pub struct Realm {
    pub(crate) state: RealmState,
    pub(crate) limits: WebLimits,
    admin: Router,
    account: Router,
    beside: Option<Router>,
    feed: RealmFeed,
    pub(crate) gate: Option<Box<Gate>>,
    submissions: SubmissionLock,
}

impl Realm {
    /// A realm without a gate. `beside` answers the paths that no other part has.
    pub fn new(feed: RealmFeed, limits: WebLimits, beside: Option<Router>) -> Self {
        let state = feed.state().clone();
        let admin = web_admin::router(state.clone());
        let account = web_account::router(state.clone());
        Self {
            state,
            limits,
            admin,
            account,
            beside,
            feed,
            gate: None,
            submissions: SubmissionLock::default(),
        }
    }

    /// Adds a gate.
    ///
    /// # Errors
    /// [`GateError`] where the settings are not valid.
    pub fn with_gate(mut self, settings: GateSettings) -> Result<Self, GateError> {
        self.gate = Some(Box::new(Gate::new(settings, self.state.issuer())?));
        Ok(self)
    }

    /// Answers a request and counts it in the metrics.
    pub(crate) async fn answer(&self, request: RealmRequest, started: Instant) -> Response<Body> {
        let request_id = request.request_id.clone();
        let (part, mut response) = self.dispatch(request).await;
        // A refusal that is fetched by a second request has the id of the first.
        if part != Part::GateRefusal {
            response.headers_mut().insert(&X_REQUEST_ID, header_value(&request_id));
        }
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

    async fn dispatch(&self, request: RealmRequest) -> (Part, Response<Body>) {
        // The gate is first: every request to the APIs behind it takes this path, so it must be short.
        if let Some(gate) = &self.gate {
            if gate.takes(request.path()) {
                if let Some(refusal) = gate::earlier_refusal(&self.state, gate, &request) {
                    return (Part::GateRefusal, refusal);
                }
                return (Part::Gate, gate::answer(&self.state, gate, request).await);
            }
            if is_below(request.path(), gate::WELL_KNOWN) {
                return (Part::ProtectedResource, gate::resource(&self.state, gate, request).await);
            }
        }
        let browsing = Browsing::of(&request);
        let (part, response) = self.beyond_the_gate(request).await;
        match browsing {
            Some(it)
                if response.status() == StatusCode::NOT_FOUND && !respond::is_page(&response) =>
            {
                (part, it.nothing_here(&self.state).await)
            }
            _ => (part, response),
        }
    }

    async fn beyond_the_gate(&self, request: RealmRequest) -> (Part, Response<Body>) {
        let dialect = Arc::clone(self.state.issuer().dialect());
        let path = request.path().to_owned();
        match route(&dialect, request.http.method(), &path) {
            Route::Found { endpoint, path_values } if endpoint.operation().is_for_browsers() => {
                let part = Part::Endpoint(endpoint.operation());
                (part, people::endpoint(&self.state, endpoint, path_values, request).await)
            }
            Route::Found { endpoint, path_values } => {
                let part = Part::Endpoint(endpoint.operation());
                let mut response =
                    endpoint::answer(&self.state, endpoint, path_values, request).await;
                if endpoint.cors() {
                    respond::to_any_origin(response.headers_mut());
                }
                (part, response)
            }
            Route::MethodNotAllowed { allow } => {
                let there = allowed(&dialect, &allow, &path);
                let part = there.map_or(Part::Nowhere, |it| Part::Endpoint(it.operation()));
                let cors = there.is_some_and(dialect::Endpoint::cors);
                if request.http.method() == Method::OPTIONS {
                    return (part, respond::options(&allow, cors));
                }
                let context = self.state.reply_context(&request.request_id);
                let refusal = dialect.encode_method_not_allowed(&allow, &context);
                let mut response = respond::outgoing(refusal);
                if cors {
                    respond::to_any_origin(response.headers_mut());
                }
                (part, response)
            }
            Route::NotFound => self.outside_the_dialect(request, &path).await,
        }
    }

    /// Answers a path that is not an endpoint of the dialect.
    async fn outside_the_dialect(
        &self,
        request: RealmRequest,
        path: &str,
    ) -> (Part, Response<Body>) {
        let issuer = self.state.issuer();
        if is_below(path, "/admin") {
            return (Part::Admin, mounted(&self.admin, request).await);
        }
        if let Some(part) = people::part(issuer.dialect(), path) {
            return (part, people::answer(&self.state, part, request).await);
        }
        if is_below(path, "/account") {
            return (Part::Account, mounted(&self.account, request).await);
        }
        if let Some(resource) = FeedResource::at(path) {
            return (resource.part(), feed::answer(&self.feed, resource, request).await);
        }
        let health = health::answer(self.state.app(), &[issuer], request.http.method(), path).await;
        if let Some(response) = health {
            return (Part::Health, response);
        }
        if let Some(page) = Page::find(issuer.dialect(), path) {
            return (
                Part::AccessRequest,
                access_request::answer(&self.state, &self.submissions, page, request).await,
            );
        }
        match &self.beside {
            Some(beside) => (Part::Api, mounted(beside, request).await),
            None => {
                let error_response =
                    ErrorResponse::new(Problem::NotFound, "There is nothing at this path.");
                (Part::Nowhere, self.state.failure(&error_response, &request.request_id))
            }
        }
    }
}

/// Whether pages of other origins may call the endpoint of this method and path of the realm.
pub(crate) fn allows_any_origin(dialect: &dialect::Dialect, method: &Method, path: &str) -> bool {
    matches!(route(dialect, method, path), Route::Found { endpoint, .. } if endpoint.cors())
}

/// Finds the endpoint of a request. A page that answers GET also answers HEAD (RFC 9110 §9.3.2).
fn route<'a>(dialect: &'a dialect::Dialect, method: &Method, path: &'a str) -> Route<'a> {
    let page = |found: &Route<'_>| match found {
        Route::Found { endpoint, .. } => endpoint.operation().is_for_browsers(),
        _ => false,
    };
    let as_if_read = || Some(dialect.route("GET", path)).filter(page);
    let read = if *method == Method::HEAD { as_if_read() } else { None };
    read.unwrap_or_else(|| dialect.route(method.as_str(), path))
}

/// The endpoint that answers the path with another method, the first of `allow`.
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

/// Lets a router answer. The router gets the path without the realm's prefix, the request id in its header, and the
/// origin as an extension, `Arc<RequestOrigin>`.
async fn mounted(router: &Router, request: RealmRequest) -> Response<Body> {
    let origin = Arc::new(request.origin(request.path()));
    let shorter = request.path.start > 0 || request.path.end < request.http.uri().path().len();
    let uri = shorter.then(|| relative(request.http.uri(), request.path())).flatten();
    let RealmRequest { mut http, request_id, .. } = request;
    if let Some(uri) = uri {
        *http.uri_mut() = uri;
    }
    http.headers_mut().insert(&X_REQUEST_ID, header_value(&request_id));
    http.extensions_mut().insert(origin);
    let answer = router.clone().call(http).await;
    answer.unwrap_or_else(|never| match never {})
}

fn relative(uri: &Uri, path: &str) -> Option<Uri> {
    let path = if path.is_empty() { "/" } else { path };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    PathAndQuery::try_from(format!("{path}{query}")).ok().map(Uri::from)
}
