//! Proof Key for Code Exchange (RFC 7636 §4.3, RFC 9700 §2.1.1).

use dialect::PkceRequired;
use oauth::Parameter;
use oauth::pkce::{ChallengeMethod, is_verifier};

use super::input::{CheckInput, Draft};
use crate::authorize::Challenge;
use crate::{AuthorizationReason, Denial};

/// The length of an `S256` challenge: a SHA-256 in base64url.
const S256_LENGTH: usize = 43;
/// The longest challenge when the authorization request names no method, in characters.
const LONGEST: usize = 128;

/// Records the challenge; denies a request without one where it is required.
pub(in crate::authorize) fn check(input: &CheckInput<'_>, draft: &mut Draft) -> Result<(), Denial> {
    let rule = input.ctx.issuer.dialect().pkce();
    let method = input.value(Parameter::CodeChallengeMethod);
    let Some(value) = input.value(Parameter::CodeChallenge) else {
        let by_default = rule.required == PkceRequired::Always;
        let required = input.client.is_public() || input.client.require_pkce.unwrap_or(by_default);
        // A method without a challenge means that the challenge got lost: the app relies on PKCE.
        let missing = required || method.is_some();
        return if missing { Err(AuthorizationReason::ChallengeMissing.into()) } else { Ok(()) };
    };
    let method =
        match method {
            Some(name) => {
                let known = name.parse().ok().filter(|method| rule.methods.contains(method));
                Some(known.ok_or_else(|| {
                    AuthorizationReason::ChallengeMethodUnsupported(name.to_owned())
                })?)
            }
            None => rule.default_method,
        };
    // RFC 7636 §4.4.1: a challenge that could never be verified is denied here, before the person
    // is asked. The method `plain` is not accepted from an app without a secret.
    if method == Some(ChallengeMethod::Plain) && input.client.is_public() {
        return Err(AuthorizationReason::ChallengeMethodUnsupported(
            ChallengeMethod::Plain.as_str().to_owned(),
        )
        .into());
    }
    if !is_challenge(method, value) {
        return Err(AuthorizationReason::ChallengeMalformed.into());
    }
    draft.challenge = Some(Challenge { value: value.to_owned(), method });
    Ok(())
}

fn is_challenge(method: Option<ChallengeMethod>, value: &str) -> bool {
    let safe = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    match method {
        Some(ChallengeMethod::S256) => value.len() == S256_LENGTH && value.bytes().all(safe),
        Some(ChallengeMethod::Plain) => is_verifier(value),
        None => {
            value.len() <= LONGEST && value.bytes().all(|b| safe(b) || matches!(b, b'.' | b'~'))
        }
    }
}
