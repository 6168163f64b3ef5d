//! The errors of the feed and the status lists.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Response};
use oauth::{ErrorResponse, Problem};
use web_base::{LogLimiter, RealmState};

static FAILED: LogLimiter = LogLimiter::new(10, Duration::from_secs(60));

/// The reason why a request for the feed or a list is refused.
#[derive(Debug)]
pub(super) enum FeedError {
    /// A parameter is malformed. The text goes to the client.
    Malformed(&'static str),
    /// The memory of the node is not filled yet, or the process is about to end.
    NotYet,
    /// The feed has too many readers.
    Full,
    /// The store or the signing key failed. The text goes to the log.
    Failed(String),
    /// There is no list with this number.
    Nothing,
}

impl FeedError {
    pub(super) fn response(self, state: &RealmState, request_id: &str) -> Response<Body> {
        let busy = |text: &str| ErrorResponse::new(Problem::TemporarilyUnavailable, text);
        let (error_response, wait) = match self {
            Self::Malformed(what) => (ErrorResponse::new(Problem::InvalidRequest, what), None),
            Self::NotYet => (busy("Not ready yet; try again."), Some("1")),
            Self::Full => (busy("Too many read this feed; try again, or another node."), Some("5")),
            Self::Failed(error) => {
                FAILED.line(state.app().clock.now(), |left_out| {
                    let what = "the feed or a status list could not be made";
                    tracing::error!(request_id, error, left_out, "{what}");
                });
                (busy("Not available at this moment; try again."), Some("1"))
            }
            Self::Nothing => {
                (ErrorResponse::new(Problem::NotFound, "There is no such list."), None)
            }
        };
        let mut response = state.failure(&error_response, request_id);
        if let Some(wait) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(wait));
        }
        response
    }
}
