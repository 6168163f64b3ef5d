//! `state`: protects the app against forged responses (RFC 6749 §10.12). The dialect may require
//! it. The response returns it unchanged.

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{AuthorizationReason, Denial};

/// Checks that `state` is there, and is long enough, where the dialect requires that.
pub(in crate::authorize) fn check(input: &CheckInput<'_>, _: &mut Draft) -> Result<(), Denial> {
    let rule = input.ctx.issuer.dialect().state_rule();
    match input.value(Parameter::State) {
        None if rule.required => Err(AuthorizationReason::StateMissing.into()),
        Some(state) if state.chars().count() < rule.min_length => {
            Err(AuthorizationReason::StateTooShort(rule.min_length).into())
        }
        _ => Ok(()),
    }
}
