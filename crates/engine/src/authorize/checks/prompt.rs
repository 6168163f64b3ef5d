//! `prompt`: the pages that the app wants shown (OpenID Connect Core §3.1.2.1).

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::authorize::Prompt;
use crate::{Denial, RequestReason};

/// Records `prompt`. Denies `none` together with another value, and unknown values: an app that
/// asks for a page that does not exist must not get another page instead.
pub(in crate::authorize) fn check(input: &CheckInput<'_>, draft: &mut Draft) -> Result<(), Denial> {
    let mut prompt = Prompt::default();
    for word in input.value(Parameter::Prompt).unwrap_or_default().split(' ') {
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
