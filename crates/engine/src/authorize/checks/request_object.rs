//! Requests come as they are: not as an object, and not from somewhere else (OpenID Connect Core
//! §6). To ignore one could mean to ignore what the app meant.

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{AuthorizationReason, Denial};

/// Refuses `request` and `request_uri`.
pub(in crate::authorize) fn check(asked: &CheckInput<'_>, _: &mut Draft) -> Result<(), Denial> {
    if asked.value(Parameter::RequestObject).is_some() {
        return Err(AuthorizationReason::RequestObject.into());
    }
    match asked.value(Parameter::RequestUri) {
        Some(_) => Err(AuthorizationReason::RequestUri.into()),
        None => Ok(()),
    }
}
