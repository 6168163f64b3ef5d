//! The table of checks: what an app's request must be before a person is asked.
//!
//! Two phases, told apart by types. Before there is a [`RedirectTarget`], a refusal is a page:
//! there is nowhere else to tell it (RFC 6749 §4.1.2.1). The rows of [`CHECKS`] run with a target at
//! hand, in order, and the first that fails is told to the app. Adding a check is adding a file in
//! `checks/` and a row here.
//!
//! Rows are pure: what they look at was read before ([`CheckInput`]), what they find goes into the
//! [`Draft`].

use domain::{Client, ResourceServer};
use oauth::{Parameter, Parameters, Request};
use store::Loaded;

use super::checks::input::{CheckInput, Draft};
use super::checks::{
    app, audience, challenge, max_age, nonce, organization, prompt, redirect_uri, request_object,
    response_mode, response_type, scope, state,
};
use super::{AuthorizationDenial, AuthorizationRequest, RedirectTarget};
use crate::{Context, Denial, ScopeReason};

type Check = fn(&CheckInput<'_>, &mut Draft) -> Result<(), Denial>;

/// Every check that an app is told of, in order.
const CHECKS: &[(&str, Check)] = &[
    ("grant_type", app::may_ask),
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

/// The names of all checks, in order; the first two show pages.
pub fn checks() -> impl Iterator<Item = &'static str> {
    ["app", "redirect_uri"].into_iter().chain(CHECKS.iter().map(|(name, _)| *name))
}

/// Checks an app's request.
///
/// # Errors
/// The first check that fails; see [`AuthorizationDenial`] for who is told.
pub async fn check(
    ctx: &Context<'_>,
    request: &Request,
) -> Result<AuthorizationRequest, AuthorizationDenial> {
    checked(ctx, &request.parameters).await
}

/// [`check`], of the parameters alone.
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
        Err(denial) => Err(AuthorizationDenial::Redirect { target, state, denial }),
    }
}

async fn drafted(
    ctx: &Context<'_>,
    parameters: &Parameters,
    client: &Client,
) -> Result<(Draft, Loaded<ResourceServer>), Denial> {
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
