//! Signing out at the request of an app (OpenID Connect RP-Initiated Logout 1.0 §2, §3).
//!
//! Invariant: a person is redirected only to a URI that the app registered for it. A hint that this
//! issuer did not make, or that contradicts the `client_id`, identifies no app: then the person
//! signs out on a page of the issuer.

use domain::{Client, PublicId};
use oauth::{Parameter, RedirectUri, Request};
use store::{Loaded, StoreExt as _};

use super::id_token::read_hint;
use crate::{Context, Denial};

/// The request of an app to sign a person out.
#[derive(Clone, Debug)]
pub struct EndSession {
    /// The app, if the request identifies it without doubt.
    pub client: Option<Loaded<Client>>,
    /// Where to redirect the person afterwards: a URI registered by that app. One of an app that
    /// nobody verified only after the person saw a page: see [`Client::verified`].
    pub redirect: Option<RedirectUri>,
    /// The `state` parameter, returned unchanged with the redirect.
    pub state: Option<String>,
    /// Public id of the user that the app expects.
    pub user_hint: Option<PublicId>,
}

/// Reads a request to sign out. Invalid parts are left out: signing out is never denied.
///
/// # Errors
/// When the store fails.
pub async fn end_session(ctx: &Context<'_>, request: &Request) -> Result<EndSession, Denial> {
    let named = request.parameters.value(Parameter::ClientId);
    let hint = request.parameters.value(Parameter::IdTokenHint);
    let claims = hint.and_then(|hint| read_hint(ctx, hint).ok());
    let app = match (named, hint, &claims) {
        (Some(named), None, _) => Some(named),
        (None, _, Some(claims)) => Some(claims.aud.as_str()),
        (Some(named), _, Some(claims)) if named == claims.aud => Some(named),
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
        user_hint: claims.filter(|_| client.is_some()).and_then(|claims| claims.sub.parse().ok()),
        client,
    })
}
