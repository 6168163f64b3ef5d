//! What an API tells of itself: OAuth 2.0 Protected Resource Metadata (RFC 9728).
//!
//! It is served for the APIs that routes name, at the API's own origin, where the proxy hands the
//! path on, and at the realm's own by a suffix: `/.well-known/oauth-protected-resource/HOST/PATH`, or
//! the percent-encoded identifier where that is no URL.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header};
use domain::{ResourceServer, Status};
use engine::RequestOrigin;
use oauth::{ErrorResponse, Problem};
use serde_json::json;
use store::{Loaded, StoreExt as _};
use web_base::{RealmRequest, RealmState, respond};

use super::routes::normal_host;
use super::{Access, Gate, Route};

/// Where it is served (RFC 9728 §3).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
/// The host as a proxy in front of the API may hand it on.
static HOSTS: [HeaderName; 3] = [
    HeaderName::from_static("x-original-host"),
    HeaderName::from_static("x-forwarded-host"),
    header::HOST,
];

/// The APIs of a gate.
#[derive(Debug, Default)]
pub(super) struct Resources(Vec<Resource>);

#[derive(Debug)]
struct Resource {
    audience: String,
    /// Host and path of an identifier that is a URL, without a slash at the end (§3.1).
    place: Option<(String, String)>,
    /// Where its metadata are.
    url: String,
}

impl Resources {
    pub(super) fn new(routes: &[Route], realm: &str) -> Self {
        let mut resources = Self::default();
        for route in routes {
            let Access::Protected { audience, .. } = &route.access else { continue };
            if resources.url(audience).is_none() {
                resources.0.push(Resource::new(audience, realm));
            }
        }
        resources
    }

    /// Where the metadata of an API are.
    pub(super) fn url(&self, audience: &str) -> Option<&str> {
        self.0.iter().find(|it| it.audience == audience).map(|it| it.url.as_str())
    }

    fn find(&self, hosts: &[String], suffix: &str) -> Option<&Resource> {
        let at = |host: &str, path: &str| {
            let is_there = |it: &&Resource| {
                it.place.as_ref().is_some_and(|place| place.0 == host && place.1 == path)
            };
            self.0.iter().find(is_there)
        };
        let path = suffix.strip_suffix('/').unwrap_or(suffix);
        if let Some(found) = hosts.iter().find_map(|host| at(host, path)) {
            return Some(found);
        }
        let below = path.strip_prefix('/')?;
        let (host, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
        at(host, rest).or_else(|| self.0.iter().find(|it| encoded(&it.audience) == below))
    }
}

impl Resource {
    fn new(audience: &str, realm: &str) -> Self {
        let scheme = ["https://", "http://"].into_iter().find(|it| audience.starts_with(it));
        let place = scheme.and_then(|scheme| {
            let rest = audience.strip_prefix(scheme)?;
            let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
            let plain = !authority.is_empty() && !authority.contains('@') && !path.contains('?');
            plain.then(|| (scheme, authority, path.strip_suffix('/').unwrap_or(path)))
        });
        let url = match place {
            Some((scheme, authority, path)) => format!("{scheme}{authority}{WELL_KNOWN}{path}"),
            None => format!("{realm}{WELL_KNOWN}/{}", encoded(audience)),
        };
        Self {
            audience: audience.to_owned(),
            place: place.map(|(_, authority, path)| (normal_host(authority), path.to_owned())),
            url,
        }
    }
}

/// An identifier as one segment of a path.
fn encoded(identifier: &str) -> String {
    form_urlencoded::byte_serialize(identifier.as_bytes()).collect()
}

/// Answers for the API that host and path name.
pub async fn answer(state: &RealmState, gate: &Gate, request: RealmRequest) -> Response<Body> {
    let suffix = request.path().strip_prefix(WELL_KNOWN).unwrap_or_default().to_owned();
    let hosts = hosts(request.http.headers());
    let refused =
        |problem, why: &str| state.failure(&ErrorResponse::new(problem, why), &request.request_id);
    if !matches!(*request.http.method(), Method::GET | Method::HEAD) {
        let mut response = refused(Problem::MethodNotAllowed, "The method is not allowed here.");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
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
            tracing::error!(%error, "the metadata of an API could not be read");
            refused(Problem::TemporarilyUnavailable, "Please try again.")
        }
    }
}

fn hosts(headers: &HeaderMap) -> Vec<String> {
    let values = HOSTS.iter().filter_map(|name| headers.get(name)?.to_str().ok());
    values.map(normal_host).collect()
}

/// RFC 9728 §2.
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

#[cfg(test)]
#[path = "resources_tests.rs"]
mod tests;
