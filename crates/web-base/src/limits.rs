//! The limits of a request: the size of its body, and the time for it.

use std::time::Duration;

use axum::body::{Body, Bytes};
use oauth::ErrorResponse;

use crate::body;

/// The limits of one request.
#[derive(Clone, Copy, Debug)]
pub struct WebLimits {
    /// The longest body in bytes, where a dialect does not say less.
    pub body: usize,
    /// The time from the end of the head to the end of the body.
    pub body_time: Duration,
    /// The time from the end of the head to the answer.
    pub answer_time: Duration,
}

impl WebLimits {
    /// Reads a body of at most `limit` bytes, or fewer where these limits allow fewer.
    ///
    /// # Errors
    /// As [`body::read`].
    pub async fn read(&self, body: Body, limit: usize) -> Result<Bytes, ErrorResponse> {
        body::read(body, limit.min(self.body), self.body_time).await
    }
}
