//! The table of checks: what an authorization request must satisfy before a person is asked.
//!
//! There are two phases, separated by types. Before there is a [`RedirectTarget`], a denial is
//! shown on a page, because no redirect is safe (RFC 6749 §4.1.2.1). After that, the rows of
//! [`CHECKS`] run in order, and the first that fails is returned to the app by redirect. To add a
//! check, add a file in `checks/` and a row here.
//!
//! Rows are pure: their input was read before ([`CheckInput`]), and their results go into the
//! [`Draft`].

use domain::{Client, ResourceServer};
use oauth::{Parameter, Parameters, Request};
use store::Loaded;

use super::checks::input::{CheckInput, Draft};
use super::checks::{
    app, audience, challenge, max_age, nonce, organization, parameters as unusable, prompt,
    redirect_uri, request_object, response_mode, response_type, scope, state,
};
use super::{AuthorizationDenial, AuthorizationRequest, RedirectTarget};
use crate::{Context, Denial, ScopeReason};

type Check = fn(&CheckInput<'_>, &mut Draft) -> Result<(), Denial>;

/// Every check whose error is returned to the app, in order.
const CHECKS: &[(&str, Check)] = &[
    ("grant_type", app::grant_type_allowed),
    ("response_type", response_type::check),
    ("response_mode", response_mode::check),
    ("request_object", request_object::check),
    ("state", state::check),
    ("challenge", challenge::check),
    ("audience", audience::check),
    ("scope", scope::check),
    ("prompt", prompt::check),
    ("max_age", max_age::check),
    ("nonce", nonce::check),
    ("organization", organization::check),
];

/// The names of all checks, in order. A failure of the first two is shown on a page.
pub fn checks() -> impl Iterator<Item = &'static str> {
    ["app", "redirect_uri", "parameters"].into_iter().chain(CHECKS.iter().map(|(name, _)| *name))
}

/// Checks an app's request.
///
/// # Errors
/// The first check that fails. [`AuthorizationDenial`] says whether a page shows it or the app
/// receives it.
pub async fn check(
    ctx: &Context<'_>,
    request: &Request,
) -> Result<AuthorizationRequest, AuthorizationDenial> {
    checked(ctx, &request.parameters).await
}

/// [`check`], for the parameters alone.
pub(super) async fn checked(
    ctx: &Context<'_>,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, AuthorizationDenial> {
    let client = app::check(ctx, parameters).await.map_err(AuthorizationDenial::Page)?;
    let target =
        redirect_uri::check(ctx, parameters, &client).map_err(AuthorizationDenial::Page)?;
    let state = parameters.value(Parameter::State).map(str::to_owned);
    match drafted(ctx, parameters, &client).await {
        Ok((draft, resource_server)) => Ok(authorization_request(
            client,
            target,
            draft,
            resource_server,
            (state, parameters.clone()),
        )),
        Err(denial) => {
            let shown_first = !client.verified;
            Err(AuthorizationDenial::Redirect { target, state, denial, shown_first })
        }
    }
}

async fn drafted(
    ctx: &Context<'_>,
    parameters: &Parameters,
    client: &Client,
) -> Result<(Draft, Loaded<ResourceServer>), Denial> {
    // First: the rows below read values alone.
    unusable::check(parameters)?;
    let audience = audience::read(ctx, parameters, client).await?;
    let input = CheckInput { ctx, parameters, client, audience: &audience };
    let mut draft = Draft::default();
    for (_, check) in CHECKS {
        check(&input, &mut draft)?;
    }
    let resource_server = draft.resource_server.take().ok_or(ScopeReason::AudienceMissing)?;
    Ok((draft, resource_server))
}

fn authorization_request(
    client: Loaded<Client>,
    target: RedirectTarget,
    draft: Draft,
    resource_server: Loaded<ResourceServer>,
    (state, parameters): (Option<String>, Parameters),
) -> AuthorizationRequest {
    AuthorizationRequest {
        client,
        target,
        state,
        scopes: draft.scopes,
        resource_server,
        challenge: draft.challenge,
        nonce: draft.nonce,
        prompt: draft.prompt,
        max_age: draft.max_age,
        login_hint: draft.login_hint,
        id_token_hint: draft.id_token_hint,
        organization: draft.organization,
        parameters,
        sent_to_sign_in: None,
    }
}
