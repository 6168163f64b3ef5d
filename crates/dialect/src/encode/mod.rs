//! From the canonical reply to the wire.
//!
//! Invariant: nothing that concerns a credential is cacheable (RFC 6749 §5.1), every answer
//! carries the request id, every 401 a challenge (RFC 9110 §15.5.2).

mod body;
mod facts;
mod failure;
mod headers;
mod quota;
mod success;

pub(crate) use failure::Failures;
pub(crate) use headers::Headers;
pub(crate) use quota::QuotaTemplate;
pub(crate) use success::Success;

use oauth::{Failure, Reply};

use crate::{Context, Dialect, Endpoint, Outgoing};
use facts::{FailureFacts, ReplyFacts};

/// Writes a reply of `endpoint`.
pub(crate) fn reply(
    dialect: &Dialect,
    endpoint: &Endpoint,
    reply: &Reply,
    context: &Context<'_>,
) -> Outgoing {
    let facts = ReplyFacts::new(dialect, reply, context);
    endpoint.success.write(&facts, context.request_id)
}

/// Writes a failure, in the words of `endpoint` where one was found.
pub(crate) fn failure(
    dialect: &Dialect,
    endpoint: Option<&Endpoint>,
    failure: &Failure,
    context: &Context<'_>,
) -> Outgoing {
    let failures = endpoint.map_or(dialect.failures(), |endpoint| &endpoint.failures);
    let shape = failures.shape(failure.problem);
    let facts = FailureFacts::new(dialect, shape, failure, context);
    shape.write(&facts, failure, context.request_id)
}
