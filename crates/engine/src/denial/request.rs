//! The request cannot be read, or a parameter is missing or malformed (RFC 6749 §5.2).

use oauth::{ErrorResponse, Parameter};

use super::text::PublicText::{Explanation, Sentence};

/// Why a request is not understood.
#[derive(Clone, Debug, thiserror::Error)]
#[allow(clippy::large_enum_variant, reason = "a denial is made once a request, and moved rarely")]
pub enum RequestReason {
    /// The request could not be read. The code that read it has made the answer, with its problem.
    #[error("{}", .0.description)]
    Malformed(ErrorResponse),
    /// A required parameter is missing.
    #[error("the parameter {0} is missing")]
    ParameterMissing(Parameter),
    /// A parameter has a value that means nothing here, such as a `max_age` that is no number.
    #[error("the parameter {0} is malformed")]
    ParameterMalformed(Parameter),
}

rows! { RequestReason {
    Malformed => "malformed_request", Info, Request, InvalidRequest, Explanation,
        "The explanation says what could not be read: compare the request with the body or query that the endpoint's \
         `[endpoint.parameters]` in the dialect describes.";
    ParameterMissing => "parameter_missing", Info, Request, InvalidRequest, Sentence,
        "The caller must send the parameter that the explanation names; `[endpoint.parameters]` of the dialect may \
         spell it otherwise than the RFC.";
    ParameterMalformed => "parameter_malformed", Info, Request, InvalidRequest, Sentence,
        "The app must correct its authorization request: `max_age` is a number of seconds, `prompt=none` stands alone, \
         `nonce` has at most 512 bytes.";
}}
