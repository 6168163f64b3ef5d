//! The two operations: one page of contacts, and a new contact.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, HeaderValue, LOCATION};
use axum::response::Response;
use serde::Serialize;
use verify::{Principal, RequestId};

use super::book::{Book, ContactError};
use super::contact::Contact;
use super::error::error_response;
use crate::query::Query;
use crate::reply::{is_json, json};

type Id = Option<Extension<RequestId>>;

/// One page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    contacts: Vec<Contact>,
    page_size: usize,
    /// The `cursor` of the next page; null on the last one.
    next_cursor: Option<String>,
}

/// `GET /v1/contacts?pageSize=50&cursor=…`
pub(super) async fn list(
    State(book): State<Arc<Book>>,
    principal: Principal,
    id: Id,
    RawQuery(query): RawQuery,
) -> Response {
    let id = id.as_deref();
    let query = Query::parse(query.as_deref());
    let read = query.number("pageSize", 1..=200, 50);
    let (page_size, cursor) = match read.and_then(|size| Ok((size, query.text("cursor")?))) {
        Ok(read) => read,
        Err(wrong) => {
            return error_response(StatusCode::BAD_REQUEST, "invalid_request", &wrong.why, id);
        }
    };
    match book.page(owner(&principal), page_size, cursor) {
        Some(page) => {
            let (contacts, next_cursor) = (page.contacts, page.next);
            json(StatusCode::OK, &Listed { contacts, page_size, next_cursor })
        }
        None => error_response(StatusCode::BAD_REQUEST, "invalid_request", "cursor is unknown", id),
    }
}

/// `POST /v1/contacts`
pub(super) async fn create(
    State(book): State<Arc<Book>>,
    principal: Principal,
    id: Id,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let id = id.as_deref();
    let invalid = |why: &str| error_response(StatusCode::BAD_REQUEST, "invalid_request", why, id);
    if !is_json(&headers) {
        let (status, why) = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be JSON");
        return error_response(status, "unsupported_media_type", why, id);
    }
    let body = match body {
        Ok(body) => body,
        Err(unread) => {
            return error_response(unread.status(), "invalid_request", "the body is too long", id);
        }
    };
    let Ok(new) = serde_json::from_slice(&body) else {
        return invalid("expected {firstName, lastName, email, company?, phone?}");
    };
    let by = principal.client.as_deref().unwrap_or(&principal.subject);
    match book.add(owner(&principal), by, new) {
        Ok(contact) => {
            let mut created = json(StatusCode::CREATED, &contact);
            if let Ok(place) = HeaderValue::from_str(&format!("/v1/contacts/{}", contact.id)) {
                created.headers_mut().insert(LOCATION, place);
            }
            created
        }
        Err(ContactError::Invalid(why)) => invalid(why),
        Err(ContactError::Full) => {
            let why = "the demo keeps no more contacts for this organization";
            error_response(StatusCode::CONFLICT, "limit_reached", why, id)
        }
    }
}

pub(super) async fn method_not_allowed(id: Id) -> Response {
    let (status, error) = (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
    error_response(status, error, "contacts can be read by GET and created by POST", id.as_deref())
}

pub(super) async fn not_found(id: Id) -> Response {
    let why = "there is nothing at this path";
    error_response(StatusCode::NOT_FOUND, "not_found", why, id.as_deref())
}

/// The owner of the contacts: the organization, or the caller itself where it acts for none.
fn owner(principal: &Principal) -> &str {
    principal.organization.as_deref().unwrap_or(&principal.subject)
}
