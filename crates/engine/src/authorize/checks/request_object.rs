//! Request objects are not supported, by value or by reference (OpenID Connect Core §6). They are
//! denied and not ignored, because they could contain what the app meant.

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{AuthorizationReason, Denial};

/// Denies `request` and `request_uri`.
pub(in crate::authorize) fn check(input: &CheckInput<'_>, _: &mut Draft) -> Result<(), Denial> {
    if input.value(Parameter::RequestObject).is_some() {
        return Err(AuthorizationReason::RequestObject.into());
    }
    match input.value(Parameter::RequestUri) {
        Some(_) => Err(AuthorizationReason::RequestUri.into()),
        None => Ok(()),
    }
}
