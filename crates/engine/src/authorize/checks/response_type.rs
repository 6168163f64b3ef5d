//! What the app wants: a code, and nothing in the front channel but it (RFC 9700 §2.1.2).

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{AuthorizationReason, Denial, RequestReason};

/// Whether the response type is `code`.
pub(in crate::authorize) fn check(asked: &CheckInput<'_>, _: &mut Draft) -> Result<(), Denial> {
    match asked.value(Parameter::ResponseType) {
        Some("code") => Ok(()),
        Some(other) => Err(AuthorizationReason::ResponseTypeUnsupported(other.to_owned()).into()),
        None => Err(RequestReason::ParameterMissing(Parameter::ResponseType).into()),
    }
}
