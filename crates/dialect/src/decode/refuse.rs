//! The answer to a request that is not well formed (RFC 6749 §5.2).

use oauth::{ErrorResponse, Problem};

pub(super) fn invalid_request(description: impl Into<String>) -> ErrorResponse {
    ErrorResponse::new(Problem::InvalidRequest, description)
}
