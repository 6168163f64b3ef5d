//! Why the feed or a list is not given.

use axum::body::Body;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Response};
use oauth::{ErrorResponse, Problem};
use web_base::RealmState;

/// Why not.
#[derive(Debug)]
pub(super) enum FeedError {
    /// A parameter is not what it must be.
    Malformed(&'static str),
    /// The node does not know enough yet, or ends.
    NotYet,
    /// Too many read it.
    Full,
    /// What it would be made from cannot be had.
    Failed(String),
    /// There is no such list.
    Nothing,
}

impl FeedError {
    pub(super) fn response(self, state: &RealmState, request_id: &str) -> Response<Body> {
        let busy = |text: &str| ErrorResponse::new(Problem::TemporarilyUnavailable, text);
        let (failure, wait) = match self {
            Self::Malformed(what) => (ErrorResponse::new(Problem::InvalidRequest, what), None),
            Self::NotYet => (busy("Not ready yet; try again."), Some("1")),
            Self::Full => (busy("Too many read this feed; try again, or another node."), Some("5")),
            Self::Failed(error) => {
                tracing::error!(request_id, error, "what is bad could not be told");
                (busy("Not available at this moment; try again."), Some("1"))
            }
            Self::Nothing => {
                (ErrorResponse::new(Problem::NotFound, "There is no such list."), None)
            }
        };
        let mut response = state.failure(&failure, request_id);
        if let Some(wait) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(wait));
        }
        response
    }
}
