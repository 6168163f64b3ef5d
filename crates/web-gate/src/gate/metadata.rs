//! Answers with the metadata of a protected resource (RFC 9728).

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header};
use domain::{ResourceServer, Status};
use engine::RequestOrigin;
use oauth::{ErrorResponse, Problem};
use serde_json::json;
use store::{Loaded, StoreExt as _};
use web_base::{LogLimiter, RealmRequest, RealmState, respond};

use super::Gate;
use super::resources::WELL_KNOWN;
use super::routes::normal_host;

static FAILED: LogLimiter = LogLimiter::new(10, Duration::from_secs(60));

/// The headers in which a proxy in front of the API may send the API's host.
static HOSTS: [HeaderName; 3] = [
    HeaderName::from_static("x-original-host"),
    HeaderName::from_static("x-forwarded-host"),
    header::HOST,
];

/// Answers with the metadata of the API that host and path name.
pub async fn answer(state: &RealmState, gate: &Gate, request: RealmRequest) -> Response<Body> {
    let suffix = request.path().strip_prefix(WELL_KNOWN).unwrap_or_default().to_owned();
    let hosts = hosts(request.http.headers());
    let refused = |problem, why: &str| {
        let mut response = state.failure(&ErrorResponse::new(problem, why), &request.request_id);
        respond::to_any_origin(response.headers_mut());
        response
    };
    match *request.http.method() {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => return respond::options(&["GET", "HEAD"], true),
        _ => {
            let mut response =
                refused(Problem::MethodNotAllowed, "The method is not allowed here.");
            let allow = HeaderValue::from_static("GET, HEAD, OPTIONS");
            response.headers_mut().insert(header::ALLOW, allow);
            return response;
        }
    }
    let missing = || refused(Problem::NotFound, "There is no such API here.");
    let Some(resource) = gate.resources.find(&hosts, &suffix) else { return missing() };
    let origin = RequestOrigin::default();
    let ctx = state.context(&origin);
    let found: Result<Option<Loaded<ResourceServer>>, _> =
        ctx.store.by_handle(ctx.issuer.realm(), &resource.audience).await;
    match found {
        Ok(Some(server)) if server.status == Status::Active => {
            document(&server, ctx.issuer.identifier())
        }
        Ok(_) => missing(),
        Err(error) => {
            FAILED.line(ctx.now, |left_out| {
                tracing::error!(%error, left_out, "the metadata of an API could not be read");
            });
            refused(Problem::TemporarilyUnavailable, "Please try again.")
        }
    }
}

fn hosts(headers: &HeaderMap) -> Vec<String> {
    let text = |name| std::str::from_utf8(headers.get(name)?.as_bytes()).ok();
    let values = HOSTS.iter().filter_map(text);
    values.map(normal_host).collect()
}

/// The metadata document of an API (RFC 9728 §2).
fn document(server: &ResourceServer, issuer: &str) -> Response<Body> {
    let scopes: Vec<_> = server.scopes.iter().map(|it| it.scope.as_str()).collect();
    let document = json!({
        "resource": server.identifier,
        "authorization_servers": [issuer],
        "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
        "resource_name": server.name,
    });
    let mut response = Response::new(Body::from(document.to_string()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    respond::to_any_origin(headers);
    response
}
