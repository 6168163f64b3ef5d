//! The rate limits of a caller, and the headers that tell of them: on every answer to a caller who
//! was let through, also on the refusal itself.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use axum::middleware::Next;
use axum::response::Response;
use verify::{Principal, Rejection, RequestId};

use super::api::Api;
use super::error::error;
use super::limit::Allowance;

/// Counts the call, and refuses it with 429 when there were too many.
pub(super) async fn limited(State(api): State<Api>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Principal>();
    let company = caller.and_then(|caller| caller.organization.as_deref());
    let (Some(caller), Some(company)) = (caller, company) else {
        // Whoever acts for no company has nothing here.
        let id = request.extensions().get::<RequestId>();
        return api.layer.reject(&Rejection::Inactive, id).map(Into::into);
    };
    let partner = caller.client.as_deref().unwrap_or(&caller.subject);
    match api.limits.call(company, partner) {
        Ok(left) => told(next.run(request).await, left),
        Err(left) => {
            let (status, code) = (StatusCode::TOO_MANY_REQUESTS, "too_many_requests");
            let mut refused = error(status, code, "too many requests: wait for the next minute");
            refused.headers_mut().insert(RETRY_AFTER, HeaderValue::from(left.reset));
            told(refused, left)
        }
    }
}

fn told(mut response: Response, left: Allowance) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-ratelimit-limit", left.limit),
        ("x-ratelimit-remaining", left.remaining),
        ("x-ratelimit-reset", left.reset),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
    response
}
