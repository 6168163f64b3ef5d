//! Refresh tokens (RFC 6749 §6): a long-lived secret that mints access tokens.
//!
//! The reusable kind stays as it is; a client may hold several. The rotating kind (RFC 9700 §4.14.2)
//! is replaced by each use: a retry of the same use gets the same successor, any other return of an
//! earlier token closes the family in the very commit that refuses it. A `scope` in the request
//! narrows the access token, never what the refresh token stands for.

use async_trait::async_trait;
use base::Secret;
use domain::{Credential, CredentialKind};
use oauth::{GrantType, Parameter, Request};
use store::{Batch, Loaded};

use super::handler::{GrantDenial, GrantHandler, Identity, ResolvedGrant, closing};
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
            return Err(CredentialReason::OfAnother(KIND).at(DeniedAt::Refresh).into());
        }
        if let RefreshTokenState::Earlier(generation) = state
            && !family::may_retry(ctx, token, generation)
        {
            return Err(replayed(ctx, row, generation));
        }
        let of_grant = GrantCredential { credential: row.clone(), grant: token.grant };
        let chain =
            Chain::below(ctx, &of_grant).await.map_err(|denial| denial.at(DeniedAt::Refresh))?;
        let mut credential = ParentCredential::of(row);
        let (refresh_token, batch) = match (family::rotates(ctx, token), state) {
            // An app stores what each answer brings: it is brought the same one again.
            (false, _) => {
                let again = token.authenticated_at.map(|_| Secret::new(presented));
                (again, Batch::new())
            }
            (true, RefreshTokenState::Present) => {
                let (changed, next) = family::rotate(ctx, &family);
                credential = ParentCredential::of(&changed);
                // No event: a rotation is use, not change.
                let batch = Batch { writes: vec![row.replace_with(changed)], events: vec![] };
                (Some(Secret::new(next.token.expose())), batch)
            }
            (true, RefreshTokenState::Earlier(_)) => (Some(again(ctx, &family)), Batch::new()),
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

/// The successor that the rotation gave, once more.
fn again(ctx: &Context<'_>, family: &Family) -> Secret<oauth::RefreshToken> {
    let generation = family::present_generation(&family.token);
    let present = family::generation(ctx, family.credential.id, generation);
    Secret::new(present.token.expose())
}

/// RFC 9700 §4.14.2: an earlier token came back, so two parties hold the family.
fn replayed(ctx: &Context<'_>, token: &Loaded<Credential>, generation: u32) -> GrantDenial {
    // What is over already is not closed once more.
    if let Err(denial) = check_alive(ctx, token) {
        return denial.at(DeniedAt::Refresh).into();
    }
    ctx.recognize(&token.public_id);
    GrantDenial {
        denial: ExchangeReason::RefreshReplayed { generation }.into(),
        batch: closing(ctx, token, "refresh_token.replayed", "an earlier refresh token came back"),
    }
}
