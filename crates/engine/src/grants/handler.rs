//! The interface of a grant-type handler, and its result.

use async_trait::async_trait;
use domain::{Actor, Credential, PublicId};
use oauth::{GrantType, Parameter, Request};
use store::{Batch, Loaded};

use crate::authenticate::Authenticated;
use crate::changes::{Changes, no_detail};
use crate::mint::ParentCredential;
use crate::{Chain, Context, Denial, Reason};

/// The grant that a token request stands for, with everything that narrows the token.
#[derive(Debug)]
pub struct ResolvedGrant {
    /// The grant and all that it depends on, active at this moment.
    pub chain: Chain,
    /// The credential that the token is minted from.
    pub credential: ParentCredential,
    /// The API key that was presented in place of a client, if one was.
    pub key: Option<PublicId>,
    /// Scopes to which the credential narrows the grant, if it does.
    pub narrowed: Option<oauth::ScopeSet>,
    /// A refresh token to return, if the grant type gives one.
    pub refresh_token: Option<base::Secret<oauth::RefreshToken>>,
    /// What an ID token says about the sign-in. An ID token is issued when `openid` is granted.
    pub identity: Option<Identity>,
    /// The `jti` of the token, if it is decided already; else a random one is used.
    pub token_id: Option<u128>,
    /// What must be written in the same commit as the token, such as spending a code.
    pub batch: Batch,
}

/// What an ID token says besides the subject (OpenID Connect Core §2).
#[derive(Clone, Debug)]
pub struct Identity {
    /// When the person was authenticated.
    pub authenticated_at: base::Timestamp,
    /// The `nonce` of the authorization request.
    pub nonce: Option<String>,
}

/// Why a request stands for no grant, and what must be written because of that: the denial of a
/// replayed code or refresh token also revokes the tokens that came from it.
#[derive(Debug)]
pub struct GrantDenial {
    /// The reason for the denial.
    pub denial: Denial,
    /// What to write; usually empty.
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
    /// The `grant_type` that it handles.
    fn grant_type(&self) -> GrantType;

    /// The parameters it needs besides those of client authentication.
    fn required(&self) -> &'static [Parameter];

    /// Finds the grant that the request stands for.
    ///
    /// # Errors
    /// The reason why there is none, with what must be written because of it.
    async fn resolve(
        &self,
        ctx: &Context<'_>,
        request: &Request,
        caller: &Authenticated,
    ) -> Result<ResolvedGrant, GrantDenial>;
}

/// Revokes a credential because a value that may be used once was used again. The sender may be a
/// thief, so the actor is the program itself.
pub(super) fn revoke_replayed(
    ctx: &Context<'_>,
    credential: &Loaded<Credential>,
    action: &str,
    reason: &str,
) -> Batch {
    let actor = Actor::System;
    let mut changes = Changes::new(ctx, &actor);
    let revoked = Some(changes.revocation(Some(reason.to_owned())));
    let changed = Credential { revoked, ..Credential::clone(credential) };
    changes.replace(credential, &changed, action.to_owned(), no_detail());
    changes.done(()).batch
}
