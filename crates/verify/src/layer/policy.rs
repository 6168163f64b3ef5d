//! What one route asks for, and how it refuses.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use crate::{Rejection, Schemes, WhenStale};

/// Writes the answer to a refused request, in the API's published error format. Gets the reason
/// and the request's id, empty where there is none. The layer adds `WWW-Authenticate` and
/// `Cache-Control: no-store` where the hook sets none.
pub type RejectionBody = Arc<dyn Fn(&Rejection, &str) -> Response<Bytes> + Send + Sync>;

/// What one route asks for.
#[derive(Clone)]
pub(super) struct Policy {
    pub(super) schemes: Schemes,
    pub(super) optional: bool,
    pub(super) scopes: Vec<String>,
    pub(super) realm: String,
    pub(super) when_stale: Option<WhenStale>,
    pub(super) body: RejectionBody,
}
