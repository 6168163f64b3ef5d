//! Which pages the app wants shown (OpenID Connect Core §3.1.2.1).

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::authorize::Prompt;
use crate::{Denial, RequestReason};

/// Takes `prompt`; refuses `none` together with anything else, and words that mean nothing here:
/// whoever wants a page that there is none of must not get another one.
pub(in crate::authorize) fn check(asked: &CheckInput<'_>, draft: &mut Draft) -> Result<(), Denial> {
    let mut prompt = Prompt::default();
    for word in asked.value(Parameter::Prompt).unwrap_or_default().split(' ') {
        match word {
            "" => {}
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => return Err(RequestReason::ParameterMalformed(Parameter::Prompt).into()),
        }
    }
    if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
        return Err(RequestReason::ParameterMalformed(Parameter::Prompt).into());
    }
    draft.prompt = prompt;
    Ok(())
}
