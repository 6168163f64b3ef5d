//! Requests come as they are: not as an object, and not from somewhere else (OpenID Connect Core
//! §6). To ignore one could mean to ignore what the app meant.

use oauth::Parameter;

use crate::Denial;
use crate::authorize::check::{CheckInput, Draft};

/// Refuses `request` and `request_uri`.
pub(in crate::authorize) fn check(asked: &CheckInput<'_>, _: &mut Draft) -> Result<(), Denial> {
    if asked.value(Parameter::RequestObject).is_some() {
        return Err(Denial::RequestObjectGiven);
    }
    match asked.value(Parameter::RequestUri) {
        Some(_) => Err(Denial::RequestUriGiven),
        None => Ok(()),
    }
}
