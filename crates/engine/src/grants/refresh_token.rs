//! Refresh tokens (RFC 6749 §6), the reusable kind: a long-lived secret that mints access tokens
//! and stays as it is. A client may hold several; each stops with everything minted from it.

use async_trait::async_trait;
use dialect::Rotation;
use domain::CredentialKind;
use oauth::{GrantType, Parameter, Request};
use store::Batch;

use super::{Grant, Refusal, Right};
use crate::authenticate::Authenticated;
use crate::secrets::find;
use crate::{Chain, Context, Denial};

/// The grant type `refresh_token`.
#[derive(Debug)]
pub(super) struct RefreshToken;

#[async_trait]
impl Grant for RefreshToken {
    fn grant_type(&self) -> GrantType {
        GrantType::RefreshToken
    }

    fn required(&self) -> &'static [Parameter] {
        &[Parameter::RefreshToken]
    }

    async fn right(
        &self,
        ctx: &Context<'_>,
        request: &Request,
        caller: &Authenticated,
    ) -> Result<Right, Refusal> {
        // Where the format promises rotation, a token that stays as it is would break the promise.
        if ctx.issuer.dialect().rotation() != Rotation::Reusable {
            return Err(Denial::GrantTypeNotAllowed(GrantType::RefreshToken).into());
        }
        let Authenticated::Client { client, .. } = caller else {
            return Err(Denial::GrantTypeNotAllowed(GrantType::RefreshToken).into());
        };
        let presented = request.parameters.value(Parameter::RefreshToken).unwrap_or_default();
        let kind = CredentialKind::RefreshToken;
        let token = find(ctx, kind, presented).await.map_err(Denial::of_grant)?;
        // RFC 6749 §6: a refresh token is bound to the client it was issued to.
        if token.client != Some(client.id) {
            return Err(Denial::SecretOfAnother(kind).of_grant().into());
        }
        let chain = Chain::below(ctx, &token).await.map_err(Denial::of_grant)?;
        Ok(Right {
            chain,
            credential: token.id,
            key: None,
            narrowed: token.scopes.clone(),
            refresh_token: None,
            identity: None,
            token_id: None,
            batch: Batch::new(),
        })
    }
}
