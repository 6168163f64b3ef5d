//! Signing out at an app's wish (OpenID Connect RP-Initiated Logout 1.0 §2, §3).
//!
//! Invariant: nobody is sent to a place that the app did not register for it. A hint that is none of
//! ours, or that contradicts the `client_id`, names no app: the person signs out on a page of ours.

use domain::{Client, PublicId};
use oauth::{Parameter, RedirectUri, Request};
use store::{Loaded, StoreExt as _};

use super::id_token::read_hint;
use crate::{Context, Denial};

/// What an app wants when it sends a person here to sign out.
#[derive(Clone, Debug)]
pub struct EndSession {
    /// The app, where it is known for certain which.
    pub client: Option<Loaded<Client>>,
    /// Where to send the person afterwards: registered by that app.
    pub redirect: Option<RedirectUri>,
    /// CodeExchange back as it came, with the redirect.
    pub state: Option<String>,
    /// Public id of the user whom the app means.
    pub user_hint: Option<PublicId>,
}

/// Reads a request to sign out. What of it is not good is left out: signing out is never refused.
///
/// # Errors
/// When the store fails.
pub async fn end_session(ctx: &Context<'_>, request: &Request) -> Result<EndSession, Denial> {
    let named = request.parameters.value(Parameter::ClientId);
    let hint = request.parameters.value(Parameter::IdTokenHint);
    let said = hint.and_then(|hint| read_hint(ctx, hint).ok());
    let app = match (named, hint, &said) {
        (Some(named), None, _) => Some(named),
        (None, _, Some(said)) => Some(said.aud.as_str()),
        (Some(named), _, Some(said)) if named == said.aud => Some(named),
        _ => None,
    };
    let client: Option<Loaded<Client>> = match app {
        Some(app) => ctx.store.by_public_id(ctx.issuer.realm(), app).await?,
        None => None,
    };
    let asked = request.parameters.value(Parameter::PostLogoutRedirectUri);
    let redirect = client.as_ref().zip(asked).and_then(|(client, asked)| {
        client.post_logout_redirect_uris.iter().find(|uri| uri.as_str() == asked).cloned()
    });
    let state = request.parameters.value(Parameter::State);
    Ok(EndSession {
        state: state.filter(|_| redirect.is_some()).map(str::to_owned),
        redirect,
        user_hint: said.filter(|_| client.is_some()).and_then(|said| said.sub.parse().ok()),
        client,
    })
}
