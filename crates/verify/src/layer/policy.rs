//! The requirements of one route, and how it answers rejections.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use crate::{Rejection, Schemes, WhenStale};

/// Writes the response to a rejected request, in the API's published error format. It gets the
/// reason and the request's id, which is empty where there is none. The layer adds
/// `WWW-Authenticate` and `Cache-Control: no-store` where the hook sets none.
pub type RejectionBody = Arc<dyn Fn(&Rejection, &str) -> Response<Bytes> + Send + Sync>;

/// The requirements of one route.
#[derive(Clone)]
pub(super) struct Policy {
    pub(super) schemes: Schemes,
    pub(super) optional: bool,
    pub(super) scopes: Vec<String>,
    pub(super) realm: String,
    pub(super) when_stale: Option<WhenStale>,
    pub(super) body: RejectionBody,
}
