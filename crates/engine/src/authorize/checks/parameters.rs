//! Parameters that were sent and cannot be used: repeated, too long, or no text (RFC 6749 §3.1).
//!
//! Invariant: such a parameter has no value, so what is told to the app has no `state` where `state`
//! is the one.

use oauth::{Parameter, Parameters};

use crate::{Denial, RequestReason};

/// Checks `parameter` alone: one that decides where errors are told.
pub(in crate::authorize) fn check_one(
    parameters: &Parameters,
    parameter: Parameter,
) -> Result<(), Denial> {
    match parameters.error(parameter) {
        Some(error) => Err(RequestReason::Malformed(error.clone().into()).into()),
        None => Ok(()),
    }
}

/// Checks all parameters.
pub(in crate::authorize) fn check(parameters: &Parameters) -> Result<(), Denial> {
    let mut errors = parameters.errors();
    errors.next().map_or(Ok(()), |(parameter, _)| check_one(parameters, parameter))
}
