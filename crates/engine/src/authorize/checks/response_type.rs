//! The response type must be `code`: no tokens are issued in the front channel (RFC 9700 §2.1.2).

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{AuthorizationReason, Denial, RequestReason};

/// Checks that the response type is `code`.
pub(in crate::authorize) fn check(input: &CheckInput<'_>, _: &mut Draft) -> Result<(), Denial> {
    match input.value(Parameter::ResponseType) {
        Some("code") => Ok(()),
        Some(other) => Err(AuthorizationReason::ResponseTypeUnsupported(other.to_owned()).into()),
        None => Err(RequestReason::ParameterMissing(Parameter::ResponseType).into()),
    }
}
