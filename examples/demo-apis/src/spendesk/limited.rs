//! The rate limits of a caller, and their headers: on every answer to an accepted caller, also on
//! the 429 itself.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use axum::middleware::Next;
use axum::response::Response;
use verify::{Principal, Rejection, RequestId};

use super::api::Api;
use super::error::error;
use super::limit::Allowance;

/// Counts the call, and refuses it with 429 when the limit is exceeded.
pub(super) async fn limited(State(api): State<Api>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Principal>();
    let company = caller.and_then(|caller| caller.organization.as_deref());
    let (Some(caller), Some(company)) = (caller, company) else {
        // A caller that acts for no company has no access.
        let id = request.extensions().get::<RequestId>();
        return api.layer.reject(&Rejection::Inactive, id).map(Into::into);
    };
    let partner = caller.client.as_deref().unwrap_or(&caller.subject);
    match api.limits.call(company, partner) {
        Ok(left) => with_headers(next.run(request).await, left),
        Err(left) => {
            let (status, code) = (StatusCode::TOO_MANY_REQUESTS, "too_many_requests");
            let mut refused = error(status, code, "too many requests: wait for the next minute");
            refused.headers_mut().insert(RETRY_AFTER, HeaderValue::from(left.reset));
            with_headers(refused, left)
        }
    }
}

fn with_headers(mut response: Response, left: Allowance) -> Response {
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
