//! The response mode must be `query` (OAuth 2.0 Multiple Response Type Encoding Practices §2.1).

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{AuthorizationReason, Denial};

/// Checks that the response mode, if one is named, is `query`.
pub(in crate::authorize) fn check(input: &CheckInput<'_>, _: &mut Draft) -> Result<(), Denial> {
    match input.value(Parameter::ResponseMode) {
        None | Some("query") => Ok(()),
        Some(other) => Err(AuthorizationReason::ResponseModeUnsupported(other.to_owned()).into()),
    }
}
