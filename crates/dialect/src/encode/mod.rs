//! From the canonical reply to the wire.
//!
//! Invariant: nothing that concerns a credential is cacheable (RFC 6749 §5.1), every answer
//! carries the request id, every 401 a challenge (RFC 9110 §15.5.2).

mod body;
mod error;
mod facts;
mod headers;
mod quota;
mod redirect;
mod success;

pub(crate) use error::ErrorShapes;
pub(crate) use headers::Headers;
pub(crate) use quota::QuotaTemplate;
pub(crate) use redirect::Redirect;
pub(crate) use success::Success;

use oauth::{AuthorizationReply, ErrorResponse, Operation, Problem, RedirectUri, Reply};

use crate::read::Table;
use crate::{Context, Dialect, DialectError, Endpoint, Outgoing};
use facts::{ErrorFacts, ReplyFacts};

/// How an endpoint answers when nothing went wrong.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// With a body: `[endpoint.success]`.
    Written(Success),
    /// With a way back to an app: `[endpoint.redirect]`.
    Redirected(Redirect),
}

impl Answer {
    pub(crate) fn read(
        operation: Operation,
        endpoint: &Table<'_>,
        shared: &Table<'_>,
    ) -> Result<Self, DialectError> {
        if operation.is_for_browsers() {
            Redirect::read(operation, &endpoint.table("redirect")?, shared).map(Self::Redirected)
        } else {
            Success::read(operation, &endpoint.table("success")?, shared).map(Self::Written)
        }
    }
}

/// Writes a reply of `endpoint`.
pub(crate) fn reply(
    dialect: &Dialect,
    endpoint: &Endpoint,
    reply: &Reply,
    context: &Context<'_>,
) -> Outgoing {
    match &endpoint.answer {
        Answer::Written(success) => {
            let facts = ReplyFacts::new(dialect, reply, context);
            success.write(&facts, context.request_id)
        }
        Answer::Redirected(_) => misplaced(dialect, endpoint, context),
    }
}

/// Writes the way back to an app.
pub(crate) fn authorization(
    dialect: &Dialect,
    endpoint: &Endpoint,
    reply: &AuthorizationReply,
    context: &Context<'_>,
) -> Outgoing {
    match &endpoint.answer {
        Answer::Redirected(redirect) => redirect.authorization(&endpoint.failures, reply, context),
        Answer::Written(_) => misplaced(dialect, endpoint, context),
    }
}

/// Writes the way back to an app of a person who has signed out.
pub(crate) fn signed_out(
    dialect: &Dialect,
    endpoint: &Endpoint,
    (redirect_uri, state): (&RedirectUri, Option<&str>),
    context: &Context<'_>,
) -> Outgoing {
    match &endpoint.answer {
        Answer::Redirected(redirect) => redirect.signed_out(redirect_uri, state, context),
        Answer::Written(_) => misplaced(dialect, endpoint, context),
    }
}

/// An answer that this endpoint has no form for: whoever asked for it is wrong, not the client.
fn misplaced(dialect: &Dialect, endpoint: &Endpoint, context: &Context<'_>) -> Outgoing {
    let ours = ErrorResponse::new(Problem::ServerError, "The answer could not be written.");
    error(dialect, Some(endpoint), &ours, context)
}

/// Writes a failure, in the words of `endpoint` where one was found.
pub(crate) fn error(
    dialect: &Dialect,
    endpoint: Option<&Endpoint>,
    error: &ErrorResponse,
    context: &Context<'_>,
) -> Outgoing {
    let failures = endpoint.map_or(dialect.failures(), |endpoint| &endpoint.failures);
    let shape = failures.shape(error.problem);
    let facts = ErrorFacts::new(dialect, shape, error, context);
    shape.write(&facts, error, context.request_id)
}
