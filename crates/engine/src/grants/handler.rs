//! What every grant-type handler is, and what it gives.

use async_trait::async_trait;
use domain::{Actor, Credential, PublicId};
use oauth::{GrantType, Parameter, Request};
use store::{Batch, Loaded};

use crate::authenticate::Authenticated;
use crate::changes::{Changes, nothing};
use crate::mint::ParentCredential;
use crate::{Chain, Context, Denial, Reason};

/// The grant that a token request stands for, with everything that narrows the token.
#[derive(Debug)]
pub struct ResolvedGrant {
    /// The grant and all that it depends on, active at this moment.
    pub chain: Chain,
    /// The credential that the token is minted from.
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

/// Why a request stands for no grant, and what must be written because of that: a replay is denied, and
/// revokes the connection that it came from.
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

impl<R: Into<Reason>> From<R> for GrantDenial {
    fn from(reason: R) -> Self {
        Denial::from(reason).into()
    }
}

/// Handles one grant type.
#[async_trait]
pub trait GrantHandler: Sync {
    /// Its `grant_type`.
    fn grant_type(&self) -> GrantType;

    /// The parameters it needs besides those of client authentication.
    fn required(&self) -> &'static [Parameter];

    /// Finds the grant that the request stands for.
    ///
    /// # Errors
    /// Why there is none.
    async fn resolve(
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

/// Revokes a credential because something that may be used once came again. The caller may be a thief, so
/// the program itself is the actor.
pub(super) fn closing(
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
