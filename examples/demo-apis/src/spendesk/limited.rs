//! The rate limits of a caller, and the headers that tell of them: on every answer to a caller who
//! was let through, also on the refusal itself.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use axum::middleware::Next;
use axum::response::Response;
use verify::{Principal, Rejection, RequestId};

use super::Api;
use super::error::error;
use super::limit::{Allowance, Limit};

/// Calls a minute of one company.
const BY_COMPANY: u64 = 50;
/// Calls a minute of one partner, for all its companies together.
const BY_PARTNER: u64 = 250;

/// The counts of both.
#[derive(Debug)]
pub(super) struct Limits {
    start: Instant,
    companies: Limit,
    partners: Limit,
}

impl Limits {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            companies: Limit::per_minute(BY_COMPANY),
            partners: Limit::per_minute(BY_PARTNER),
        }
    }

    /// Counts a call of `company` by `partner`; what is left is the scarcer of the two.
    fn call(&self, company: &str, partner: &str) -> Result<Allowance, Allowance> {
        let now = self.start.elapsed().as_secs();
        let by_partner = self.partners.call(partner, now)?;
        let by_company = self.companies.call(company, now)?;
        let scarcer =
            if by_partner.remaining < by_company.remaining { by_partner } else { by_company };
        Ok(scarcer)
    }
}

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
