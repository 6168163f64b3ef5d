//! Refresh tokens (RFC 6749 §6): a long-lived secret that mints access tokens.
//!
//! A reusable refresh token does not change, and a client may have several. A rotating one (RFC
//! 9700 §4.14.2) is replaced at each use. A retry of the same use gets the same successor. Any
//! other use of an earlier token revokes the family, in the same commit that denies the request. A
//! `scope` in the request narrows the access token, but never the refresh token.

use async_trait::async_trait;
use base::Secret;
use domain::{Credential, CredentialKind};
use oauth::{GrantType, Parameter, Request};
use store::{Batch, Loaded};

use super::handler::{GrantDenial, GrantHandler, Identity, ResolvedGrant, revoke_replayed};
use crate::authenticate::Authenticated;
use crate::family::{self, Family, RefreshTokenState};
use crate::mint::ParentCredential;
use crate::secrets::check_alive;
use crate::{
    Chain, ClientReason, Context, CredentialReason, DeniedAt, ExchangeReason, GrantCredential,
};

const KIND: CredentialKind = CredentialKind::RefreshToken;

/// The grant type `refresh_token`.
#[derive(Debug)]
pub(super) struct RefreshToken;

#[async_trait]
impl GrantHandler for RefreshToken {
    fn grant_type(&self) -> GrantType {
        GrantType::RefreshToken
    }

    fn required(&self) -> &'static [Parameter] {
        &[Parameter::RefreshToken]
    }

    async fn resolve(
        &self,
        ctx: &Context<'_>,
        request: &Request,
        caller: &Authenticated,
    ) -> Result<ResolvedGrant, GrantDenial> {
        let Authenticated::Client { client, .. } = caller else {
            return Err(ClientReason::GrantTypeNotAllowed(GrantType::RefreshToken).into());
        };
        let presented = request.parameters.value(Parameter::RefreshToken).unwrap_or_default();
        let found = family::look_up(ctx, presented).await;
        let (family, state) = found.map_err(|denial| denial.at(DeniedAt::Refresh))?;
        let Family { credential: row, token } = &family;
        // RFC 6749 §6: a refresh token is bound to the client it was issued to.
        if token.client != client.id {
            return Err(CredentialReason::OfAnotherOwner(KIND).at(DeniedAt::Refresh).into());
        }
        if let RefreshTokenState::Earlier(generation) = state
            && !family::may_retry(ctx, token, generation)
        {
            return Err(replayed(ctx, row, generation));
        }
        let of_grant = GrantCredential { credential: row.clone(), grant: token.grant };
        let chain = Chain::of_credential(ctx, &of_grant)
            .await
            .map_err(|denial| denial.at(DeniedAt::Refresh))?;
        let mut credential = ParentCredential::of(row);
        let (refresh_token, batch) = match (family::rotates(ctx, token), state) {
            // Apps store the refresh token of each response, so the response repeats the same one.
            (false, _) => {
                let same = token.authenticated_at.map(|_| Secret::new(presented));
                (same, Batch::new())
            }
            (true, RefreshTokenState::Present) => {
                let (changed, next) = family::rotate(ctx, &family);
                credential = ParentCredential::of(&changed);
                // No event: a rotation is a use, not a change.
                let batch = Batch { writes: vec![row.replace_with(changed)], events: vec![] };
                (Some(Secret::new(next.token.expose())), batch)
            }
            (true, RefreshTokenState::Earlier(_)) => {
                (Some(successor_again(ctx, &family)), Batch::new())
            }
        };
        Ok(ResolvedGrant {
            chain,
            credential,
            key: None,
            narrowed: token.scopes.clone(),
            refresh_token,
            // OpenID Connect Core §12.2: no nonce, and the time of the original sign-in.
            identity: token
                .authenticated_at
                .map(|authenticated_at| Identity { authenticated_at, nonce: None }),
            token_id: None,
            batch,
        })
    }
}

/// The successor that the rotation gave, returned again.
fn successor_again(ctx: &Context<'_>, family: &Family) -> Secret<oauth::RefreshToken> {
    let generation = family::present_generation(&family.token);
    let present = family::generation(ctx, family.credential.id, generation);
    Secret::new(present.token.expose())
}

/// RFC 9700 §4.14.2: an earlier token was used again, so two parties hold tokens of the family.
fn replayed(ctx: &Context<'_>, token: &Loaded<Credential>, generation: u32) -> GrantDenial {
    // A family that is expired or revoked already is not revoked again.
    if let Err(denial) = check_alive(ctx, token) {
        return denial.at(DeniedAt::Refresh).into();
    }
    ctx.recognize(&token.public_id);
    GrantDenial {
        denial: ExchangeReason::RefreshReplayed { generation }.into(),
        batch: revoke_replayed(
            ctx,
            token,
            "refresh_token.replayed",
            "an earlier refresh token came back",
        ),
    }
}
