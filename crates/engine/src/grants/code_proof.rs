//! Checks that the sender of a code is the client that requested it: by the redirect URI (RFC 6749
//! §4.1.3) and by the code verifier (RFC 7636 §4.6, RFC 9700 §2.1.1).
//!
//! Invariant: a client that did not authenticate with a secret must use `S256`. A `plain` challenge
//! was visible in the browser's address bar, so it proves nothing by itself.

use oauth::pkce::{ChallengeMethod, is_verifier};
use oauth::{Parameter, Request};

use crate::code::Code;
use crate::{AuthorizationReason, ClientReason, Context, Denial, ExchangeReason};

/// Checks both. `confidential`: the client authenticated with a secret.
///
/// # Errors
/// The first of them that does not match.
pub(super) fn check(
    ctx: &Context<'_>,
    request: &Request,
    code: &Code,
    confidential: bool,
) -> Result<(), Denial> {
    redirect_uri(request, code)?;
    verifier(ctx, request, code, confidential)
}

/// "REQUIRED, if the redirect_uri parameter was included in the authorization request, and their
/// values MUST be identical."
fn redirect_uri(request: &Request, code: &Code) -> Result<(), Denial> {
    let Some(asked) = &code.redirect_uri else { return Ok(()) };
    match request.parameters.value(Parameter::RedirectUri) {
        Some(brought) if brought == asked.as_str() => Ok(()),
        _ => Err(ExchangeReason::RedirectDiffers.into()),
    }
}

fn verifier(
    ctx: &Context<'_>,
    request: &Request,
    code: &Code,
    confidential: bool,
) -> Result<(), Denial> {
    let verifier = request.parameters.value(Parameter::CodeVerifier);
    let (challenge, method, verifier) = match (&code.challenge, verifier) {
        (Some((challenge, method)), Some(verifier)) => (challenge, *method, verifier),
        (Some(_), None) => return Err(ExchangeReason::VerifierMissing.into()),
        (None, Some(_)) => return Err(ExchangeReason::VerifierUnexpected.into()),
        (None, None) if confidential => return Ok(()),
        (None, None) => return Err(ClientReason::NoAuthentication.into()),
    };
    let default = default_method(ctx, request);
    let method = method.unwrap_or(default.method);
    if method == ChallengeMethod::Plain && !confidential {
        return Err(
            AuthorizationReason::ChallengeMethodUnsupported(method.as_str().to_owned()).into()
        );
    }
    // A published format that fixes `plain` at the endpoint has its own form of verifiers.
    let own_form = default.by_endpoint && method == ChallengeMethod::Plain;
    if !own_form && !is_verifier(verifier) {
        return Err(ExchangeReason::VerifierMalformed.into());
    }
    if method.verifies(challenge, verifier) {
        Ok(())
    } else {
        Err(ExchangeReason::VerifierMismatch.into())
    }
}

/// How this endpoint checks a challenge without a method.
struct DefaultMethod {
    method: ChallengeMethod,
    /// Whether the endpoint fixed the method.
    by_endpoint: bool,
}

fn default_method(ctx: &Context<'_>, request: &Request) -> DefaultMethod {
    let fixed = request.parameters.value(Parameter::CodeChallengeMethod);
    match fixed.and_then(|name| name.parse().ok()) {
        Some(method) => DefaultMethod { method, by_endpoint: true },
        None => {
            let default = ctx.issuer.dialect().pkce().default_method;
            DefaultMethod { method: default.unwrap_or(ChallengeMethod::S256), by_endpoint: false }
        }
    }
}
