//! The `nonce` that the ID token repeats, and hints about the expected person (OpenID Connect Core
//! §3.1.2.1).

use domain::text;
use oauth::Parameter;

use super::input::{CheckInput, Draft};
use crate::{Denial, RequestReason};

/// The longest nonce, in bytes: it is part of the code, which is part of a URL.
const LONGEST_NONCE: usize = 512;
/// The longest hint, in bytes. E-mail addresses are shorter.
const LONGEST_HINT: usize = 320;

/// Records `nonce`, `login_hint` and `id_token_hint`. A malformed hint is ignored.
pub(in crate::authorize) fn check(input: &CheckInput<'_>, draft: &mut Draft) -> Result<(), Denial> {
    draft.nonce = input.value(Parameter::Nonce).map(str::to_owned);
    if draft.nonce.as_ref().is_some_and(|nonce| nonce.len() > LONGEST_NONCE) {
        return Err(RequestReason::ParameterMalformed(Parameter::Nonce).into());
    }
    let hint = input.value(Parameter::LoginHint);
    let fits = |hint: &&str| hint.len() <= LONGEST_HINT && text::escaped(hint) == **hint;
    draft.login_hint = hint.filter(fits).map(str::to_owned);
    draft.id_token_hint = input.value(Parameter::IdTokenHint).map(str::to_owned);
    Ok(())
}
