//! Pages for people without an account: the form of an access request, and the page of the one-time link through which
//! an approved person fetches the credentials. A realm has them if its dialect has access requests.
//!
//! Invariant: no page and no log contains a one-time link. Refusals and logs have the pattern of its path.

mod ask;
mod credentials;
mod page;
mod submissions;
mod templates;
#[cfg(test)]
mod tests;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use web_base::{RealmRequest, RealmState, respond};

use crate::people::visit::Visit;

pub use page::Page;
pub use submissions::SubmissionLock;

/// Answers a request to one of the pages.
pub async fn answer(
    state: &RealmState,
    submissions: &SubmissionLock,
    page: Page<'_>,
    request: RealmRequest,
) -> Response<Body> {
    let method = request.http.method().clone();
    if !page.allow().contains(&method.as_str()) {
        return not_allowed(&method, page.allow());
    }
    let (visit, unreadable) = Visit::read(state, request, page.pattern()).await;
    match page {
        Page::Ask if method == Method::POST => ask::post(&visit, submissions, unreadable).await,
        Page::Ask => ask::show(&visit),
        Page::Sent => ask::sent(&visit),
        Page::Credentials(link) if method == Method::POST => credentials::post(&visit, link).await,
        Page::Credentials(link) => credentials::show(&visit, link).await,
    }
}

fn not_allowed(method: &Method, allow: &[&str]) -> Response<Body> {
    if method == Method::OPTIONS {
        return respond::options(allow, false);
    }
    let mut response =
        respond::plain(StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed here\n");
    if let Ok(allow) = HeaderValue::try_from(format!("{}, OPTIONS", allow.join(", "))) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
