//! The pages for users: sign-in, sign-out, consent to an app, connected apps.
//!
//! A page posts its form to its own URL. The next page follows from this URL and the session alone: the server keeps
//! nothing else between two requests.

mod assets;
mod authorize;
mod connected_apps;
pub(crate) mod forms;
mod known;
mod nowhere;
pub(crate) mod page;
mod paths;
mod resume;
mod return_to;
mod show;
mod sign_in;
mod sign_out;
pub(crate) mod templates;
#[cfg(test)]
mod tests;
pub(crate) mod visit;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Response, header};
use dialect::{Dialect, Endpoint, PathValues};
use engine::RequestReason;
use oauth::{ErrorResponse, Operation, Problem};
use web_base::metrics::Part;
use web_base::{RealmRequest, RealmState, respond};

pub use nowhere::{Browsing, wants_page};
use paths::{CONNECTED_APPS, SIGN_IN, SIGN_OUT, connects_apps};
use visit::Visit;

#[doc(hidden)]
pub use return_to::checked as checked_return_to;

/// Answers a request to an endpoint of the dialect that shows pages: authorization and end session.
pub async fn endpoint(
    state: &RealmState,
    endpoint: &Endpoint,
    path_values: PathValues<'_>,
    request: RealmRequest,
) -> Response<Body> {
    let pattern = endpoint.paths().first().map_or("", String::as_str);
    let (visit, failure) = Visit::read(state, request, pattern).await;
    match failure {
        Some(failure) => {
            show::denied(&visit, &visit.context(), &RequestReason::Malformed(failure).into())
        }
        None if endpoint.operation() == Operation::EndSession => {
            sign_out::at_an_apps_request(&visit, endpoint, path_values).await
        }
        None => authorize::answer(&visit, endpoint, path_values).await,
    }
}

/// The page at `path`; `None` where there is none.
pub fn part(dialect: &Dialect, path: &str) -> Option<Part> {
    match path {
        SIGN_IN => Some(Part::SignIn),
        SIGN_OUT => Some(Part::SignOut),
        CONNECTED_APPS => connects_apps(dialect).then_some(Part::ConnectedApps),
        path if assets::is_asset(path) => Some(Part::Asset),
        _ => None,
    }
}

/// Answers a request to a page that [`part`] returned.
pub async fn answer(state: &RealmState, part: Part, request: RealmRequest) -> Response<Body> {
    let reads = matches!(*request.http.method(), Method::GET | Method::HEAD);
    if part == Part::Asset && reads {
        return assets::answer(request.path());
    }
    let pattern = request.path().to_owned();
    let allow = if part == Part::Asset { "GET, HEAD" } else { "GET, HEAD, POST" };
    let allowed = reads || part != Part::Asset && request.http.method() == Method::POST;
    if request.http.method() == Method::OPTIONS {
        return respond::options(&allow.split(", ").collect::<Vec<_>>(), false);
    }
    let (visit, failure) = Visit::read(state, request, &pattern).await;
    if !allowed {
        let failure =
            ErrorResponse::new(Problem::MethodNotAllowed, "The method is not allowed here.");
        let mut response =
            show::denied(&visit, &visit.context(), &RequestReason::Malformed(failure).into());
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
        return response;
    }
    match failure {
        Some(failure) => {
            show::denied(&visit, &visit.context(), &RequestReason::Malformed(failure).into())
        }
        None if part == Part::SignIn => sign_in::answer(&visit).await,
        None if part == Part::ConnectedApps => connected_apps::answer(&visit).await,
        None => sign_out::answer(&visit).await,
    }
}
