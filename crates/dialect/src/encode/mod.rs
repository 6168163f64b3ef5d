//! Encodes the canonical reply for the wire.
//!
//! Invariant: no response with a credential is cacheable (RFC 6749 §5.1), every response carries
//! the request id, every 401 a challenge (RFC 9110 §15.5.2).

mod body;
mod error;
mod facts;
mod headers;
mod quota;
mod redirect;
mod success;

pub(crate) use error::{ErrorShapes, ErrorsOf};
pub(crate) use facts::{ErrorFacts, ReplyFacts};
pub(crate) use headers::Headers;
pub(crate) use quota::QuotaTemplate;
pub(crate) use redirect::Redirect;
pub(crate) use success::Success;

use oauth::Operation;

use crate::DialectError;
use crate::read::Table;

/// How an endpoint answers a request that succeeded.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// With a body: `[endpoint.success]`.
    Written(Success),
    /// With a redirect to an app: `[endpoint.redirect]`.
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
