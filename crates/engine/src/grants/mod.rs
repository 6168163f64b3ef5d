//! The grant types, as a table. Adding one is adding a file here and a row to [`GRANTS`].
//!
//! A grant's file answers one question: which right does this request stand for? Client
//! authentication comes before it; scope, budget and minting come after it and are the same for all.

mod authorization_code;
mod client_credentials;
mod code_exchange;
mod code_proof;
mod refresh_token;

pub(crate) use code_exchange::stays_connected;

use async_trait::async_trait;
use domain::{Actor, Credential, PublicId};
use oauth::{GrantType, Parameter, Request};
use store::{Batch, Loaded};

use crate::admin::changes::{Changes, nothing};
use crate::authenticate::Authenticated;
use crate::marks::ParentCredential;
use crate::{Chain, Context, Denial};

/// The right that a request stands for.
#[derive(Debug)]
pub struct ResolvedGrant {
    /// What it hangs from.
    pub chain: Chain,
    /// The credential that the token will be traced to.
    pub credential: ParentCredential,
    /// The key that was presented in a client's place, where one was.
    pub key: Option<PublicId>,
    /// Scopes that the credential narrows the grant to, where it does.
    pub narrowed: Option<oauth::ScopeSet>,
    /// A new refresh token, where the grant gives one.
    pub refresh_token: Option<base::Secret<oauth::RefreshToken>>,
    /// What an ID token says of the sign-in; one is given where `openid` is granted.
    pub identity: Option<Identity>,
    /// The `jti` of the token where it is decided already; else a random one.
    pub token_id: Option<u128>,
    /// What must be written together with the token, such as spending a code.
    pub batch: Batch,
}

/// What an ID token says beyond who it is about (OpenID Connect Core §2).
#[derive(Clone, Debug)]
pub struct Identity {
    /// When the person proved who they are.
    pub authenticated_at: base::Timestamp,
    /// As it came in the authorization request.
    pub nonce: Option<String>,
}

/// Why there is no right, and what must be written because of that: a replay revokes what it came
/// from, and is refused.
#[derive(Debug)]
pub struct GrantDenial {
    /// Why.
    pub denial: Denial,
    /// What to write; usually nothing.
    pub batch: Batch,
}

impl From<Denial> for GrantDenial {
    fn from(denial: Denial) -> Self {
        Self { denial, batch: Batch::new() }
    }
}

impl From<store::StoreError> for GrantDenial {
    fn from(error: store::StoreError) -> Self {
        Denial::from(error).into()
    }
}

/// One grant type.
#[async_trait]
pub trait Grant: Sync {
    /// Its `grant_type`.
    fn grant_type(&self) -> GrantType;

    /// The parameters it needs besides those of client authentication.
    fn required(&self) -> &'static [Parameter];

    /// Finds the right, or says why there is none.
    async fn right(
        &self,
        ctx: &Context<'_>,
        request: &Request,
        caller: &Authenticated,
    ) -> Result<ResolvedGrant, GrantDenial>;
}

/// The audiences that a request names: by `audience`, and by `resource` (RFC 8707 §2).
pub(crate) fn named_audiences(request: &Request) -> impl Iterator<Item = &str> {
    let parameters = [Parameter::Audience, Parameter::Resource];
    parameters.into_iter().filter_map(|parameter| request.parameters.value(parameter))
}

/// Takes a credential back because something that is used once came again. Whoever brought it may
/// be a thief, so it is the program itself that acts.
fn closing(
    ctx: &Context<'_>,
    credential: &Loaded<Credential>,
    action: &str,
    reason: &str,
) -> Batch {
    let actor = Actor::System;
    let mut changes = Changes::new(ctx, &actor);
    let revoked = Some(changes.revocation(Some(reason.to_owned())));
    let changed = Credential { revoked, ..Credential::clone(credential) };
    changes.replace(credential, &changed, action.to_owned(), nothing());
    changes.done(()).batch
}

/// Every grant type there is.
pub static GRANTS: &[&dyn Grant] = &[
    &authorization_code::AuthorizationCode,
    &client_credentials::ClientCredentials,
    &refresh_token::RefreshToken,
];
