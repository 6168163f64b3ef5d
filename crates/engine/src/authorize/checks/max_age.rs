//! `max_age`: the longest time since the person was authenticated (OpenID Connect Core §3.1.2.1).

use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{Denial, RequestReason};

/// Records `max_age`: a number of seconds.
pub(in crate::authorize) fn check(input: &CheckInput<'_>, draft: &mut Draft) -> Result<(), Denial> {
    let Some(text) = input.value(Parameter::MaxAge) else { return Ok(()) };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| digits);
    draft.max_age = Some(seconds.ok_or(RequestReason::ParameterMalformed(Parameter::MaxAge))?);
    Ok(())
}
