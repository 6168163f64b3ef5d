//! The app's own protection against foreign answers (RFC 6749 §10.12), where the realm asks for it.
//! Whatever it holds, it is given back as it came.

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{AuthorizationReason, Denial};

/// Whether the `state` is as strong as the dialect wants it.
pub(in crate::authorize) fn check(asked: &CheckInput<'_>, _: &mut Draft) -> Result<(), Denial> {
    let rule = asked.ctx.issuer.dialect().state_rule();
    match asked.value(Parameter::State) {
        None if rule.required => Err(AuthorizationReason::StateMissing.into()),
        Some(state) if state.chars().count() < rule.min_length => {
            Err(AuthorizationReason::StateTooShort(rule.min_length).into())
        }
        _ => Ok(()),
    }
}
