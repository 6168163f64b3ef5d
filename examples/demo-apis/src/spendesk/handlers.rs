//! The three operations. Each reads only the data of the company in the token.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use verify::Principal;

use super::api::Api;
use super::error::{error, wrong};
use crate::query::{Query, QueryError};
use crate::reply::json;

#[derive(Serialize)]
struct Answer<T> {
    data: T,
    meta: Meta,
}

#[derive(Serialize)]
struct Meta {
    pagination: Pagination,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    page: usize,
    page_size: usize,
    total: usize,
}

/// No list has entries beyond this page.
const LAST_PAGE: usize = 100_000;

/// `GET /wallet-summaries`: the one wallet of the company.
pub(super) async fn wallet_summaries(
    State(api): State<Api>,
    principal: Principal,
    RawQuery(query): RawQuery,
) -> Response {
    paged(vec![api.ledger.wallet(company(&principal))], query.as_deref())
}

/// `GET /wallet/summary`
pub(super) async fn wallet_summary(State(api): State<Api>, principal: Principal) -> Response {
    let pagination = Pagination { page: 1, page_size: 1, total: 1 };
    let data = api.ledger.wallet(company(&principal));
    json(StatusCode::OK, &Answer { data, meta: Meta { pagination } })
}

/// `GET /settlements?page=1&pageSize=20`
pub(super) async fn settlements(
    State(api): State<Api>,
    principal: Principal,
    RawQuery(query): RawQuery,
) -> Response {
    paged(api.ledger.settlements(company(&principal)), query.as_deref())
}

pub(super) async fn method_not_allowed() -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    error(status, "method_not_allowed", "this can be read by GET only")
}

pub(super) async fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, "not_found", "there is nothing at this path")
}

fn paged<T: Serialize>(all: Vec<T>, query: Option<&str>) -> Response {
    let (page, page_size) = match bounds(&Query::parse(query)) {
        Ok(bounds) => bounds,
        Err(problem) => return wrong(&problem),
    };
    let total = all.len();
    let data: Vec<T> = all.into_iter().skip((page - 1) * page_size).take(page_size).collect();
    let pagination = Pagination { page, page_size, total };
    json(StatusCode::OK, &Answer { data, meta: Meta { pagination } })
}

fn bounds(query: &Query) -> Result<(usize, usize), QueryError> {
    Ok((query.number("page", 1..=LAST_PAGE, 1)?, query.number("pageSize", 1..=100, 20)?))
}

/// The limits in front of every handler accept only callers that act for a company.
fn company(principal: &Principal) -> &str {
    principal.organization.as_deref().unwrap_or_default()
}
