//! Client credentials (RFC 6749 §4.4): a client, or an organization's API key, acts for itself.

use async_trait::async_trait;
use domain::{Client, Grant, ResourceServer};
use oauth::{GrantType, Parameter, Request};
use store::{Batch, Loaded, StoreExt as _};

use super::handler::{GrantDenial, GrantHandler, ResolvedGrant, named_audiences};
use crate::authenticate::Authenticated;
use crate::chain::link;
use crate::mint::ParentCredential;
use crate::{Chain, ClientReason, Context, Denial, ScopeReason};

/// The grant type `client_credentials`.
#[derive(Debug)]
pub(super) struct ClientCredentials;

#[async_trait]
impl GrantHandler for ClientCredentials {
    fn grant_type(&self) -> GrantType {
        GrantType::ClientCredentials
    }

    fn required(&self) -> &'static [Parameter] {
        &[]
    }

    async fn resolve(
        &self,
        ctx: &Context<'_>,
        request: &Request,
        caller: &Authenticated,
    ) -> Result<ResolvedGrant, GrantDenial> {
        match caller {
            // RFC 6749 §4.4: "MUST only be used by confidential clients".
            Authenticated::Client { secret: None, .. } => {
                Err(ClientReason::NoAuthentication.into())
            }
            Authenticated::Client { client, secret: Some(secret) } => {
                let server = audience(ctx, request, client).await?;
                let handle = Grant::machine_handle(client.id, server.id);
                let grant = ctx.store.by_handle(ctx.issuer.realm(), &handle).await?;
                let grant = grant
                    .ok_or_else(|| ScopeReason::AudienceNotGranted(server.identifier.clone()))?;
                let chain = Chain::from(ctx, grant).await?;
                Ok(ResolvedGrant {
                    chain,
                    credential: ParentCredential::of(secret),
                    key: None,
                    narrowed: None,
                    refresh_token: None,
                    identity: None,
                    token_id: None,
                    batch: Batch::new(),
                })
            }
            Authenticated::Key { credential, chain } => Ok(ResolvedGrant {
                chain: (**chain).clone(),
                credential: ParentCredential::of(credential),
                key: Some(credential.public_id.clone()),
                narrowed: None,
                refresh_token: None,
                identity: None,
                token_id: None,
                batch: Batch::new(),
            }),
            Authenticated::ResourceServer(_) => {
                Err(ClientReason::GrantTypeNotAllowed(GrantType::ClientCredentials).into())
            }
        }
    }
}

async fn audience(
    ctx: &Context<'_>,
    request: &Request,
    client: &Client,
) -> Result<Loaded<ResourceServer>, Denial> {
    match (named_audiences(request).next(), client.default_audience) {
        (Some(named), _) => {
            let found = ctx.store.by_handle(ctx.issuer.realm(), named).await?;
            Ok(found.ok_or_else(|| ScopeReason::AudienceUnknown(named.to_owned()))?)
        }
        (None, Some(default)) => link(ctx, default).await,
        (None, None) => Err(ScopeReason::AudienceMissing.into()),
    }
}
