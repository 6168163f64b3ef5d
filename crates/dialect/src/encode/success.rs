//! The response of an endpoint to a request that succeeded: `[endpoint.success]`.

use std::borrow::Cow;

use oauth::Operation;

use super::body::Body;
use super::headers::{Headers, clean};
use crate::read::Table;
use crate::template::{Facts, Field, fields};
use crate::{DialectError, Outgoing};

/// The success of one endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Success {
    status: u16,
    content_type: Cow<'static, str>,
    /// The `Cache-Control` value; `None`: the response must not be stored.
    cache_control: Option<String>,
    headers: Headers,
    body: Body,
}

impl Success {
    pub(crate) fn read(
        operation: Operation,
        table: &Table<'_>,
        shared: &Table<'_>,
    ) -> Result<Self, DialectError> {
        let allowed = match operation {
            Operation::Token => fields::TOKEN,
            Operation::Introspection => fields::INTROSPECTION,
            Operation::Revocation => fields::REVOCATION,
            Operation::Jwks => fields::JWKS,
            Operation::Metadata => fields::METADATA,
            Operation::UserInfo => fields::USERINFO,
            // These operations answer with pages and redirects.
            Operation::Authorization | Operation::EndSession => &[],
        };
        // Proxies log headers, so no token goes into one.
        let public: Vec<Field> = allowed
            .iter()
            .copied()
            .filter(|field| {
                !matches!(field, Field::AccessToken | Field::RefreshToken | Field::IdToken)
            })
            .chain(fields::SHARED.iter().copied())
            .collect();
        let content_type = table.required("content_type")?.text()?;
        let body = table.required("body")?;
        let success = Self {
            status: table.required("status")?.integer_in(200..=299)? as u16,
            content_type: content_type_header(content_type),
            cache_control: cache_control(operation, table)?,
            headers: Headers::read(&table.table("headers")?.or(Some(shared.clone())), &public)?,
            body: Body::read(&body, content_type, allowed)?,
        };
        table.finish("key")?;
        Ok(success)
    }

    pub(crate) fn write(&self, facts: &impl Facts, request_id: &str) -> Outgoing {
        let mut headers = Vec::with_capacity(6);
        if !self.body.is_empty() {
            headers.push((Cow::Borrowed("content-type"), self.content_type.clone()));
        }
        match &self.cache_control {
            Some(public) => {
                headers.push((Cow::Borrowed("cache-control"), Cow::Owned(public.clone())));
            }
            None => push_no_store(&mut headers),
        }
        push_request_id(&mut headers, request_id);
        self.headers.write(facts, &mut headers);
        Outgoing { status: self.status, headers, body: self.body.write(facts) }
    }
}

fn cache_control(operation: Operation, table: &Table<'_>) -> Result<Option<String>, DialectError> {
    let Some(item) = table.get("cache") else { return Ok(None) };
    if !matches!(operation, Operation::Jwks | Operation::Metadata) {
        return Err(item.error("found cache; expected none: answers with credentials are no-store"));
    }
    let seconds = item.integer_in(0..=604_800)?;
    Ok(Some(format!("public, max-age={seconds}")))
}

/// A content type as a header value, borrowed where it is the usual one.
pub(super) fn content_type_header(text: &str) -> Cow<'static, str> {
    if text == "application/json" {
        Cow::Borrowed("application/json")
    } else {
        Cow::Owned(clean(text.to_owned()))
    }
}

/// RFC 6749 §5.1.
pub(super) fn push_no_store(headers: &mut super::headers::Sent) {
    headers.push((Cow::Borrowed("cache-control"), Cow::Borrowed("no-store")));
    headers.push((Cow::Borrowed("pragma"), Cow::Borrowed("no-cache")));
}

pub(super) fn push_request_id(headers: &mut super::headers::Sent, request_id: &str) {
    headers.push((Cow::Borrowed("x-request-id"), Cow::Owned(clean(request_id.to_owned()))));
}
