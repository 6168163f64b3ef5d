//! Client credentials (RFC 6749 §4.4): a client, or an organization's API key, acts for itself.

use async_trait::async_trait;
use domain::{Client, Grant};
use oauth::{GrantType, Parameter, Request};
use store::{Batch, Loaded, StoreExt as _};

use super::handler::{GrantDenial, GrantHandler, ResolvedGrant};
use crate::authenticate::Authenticated;
use crate::chain::link;
use crate::mint::ParentCredential;
use crate::{Chain, ClientReason, Context, Denial, ScopeReason, audience};

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
                let chain = Chain::from(ctx, grant(ctx, request, client).await?).await?;
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

/// The grant for the API that the request names, or else for the client's default. Of several APIs
/// it is the one that the client is granted (RFC 8707 §2).
async fn grant(
    ctx: &Context<'_>,
    request: &Request,
    client: &Client,
) -> Result<Loaded<Grant>, Denial> {
    let mut servers = audience::named(ctx, &request.parameters).await??;
    if servers.is_empty() {
        let default = client.default_audience.ok_or(ScopeReason::AudienceMissing)?;
        servers.push(link(ctx, default).await?);
    }
    let mut granted: Vec<Loaded<Grant>> = Vec::new();
    for server in &servers {
        let handle = Grant::machine_handle(client.id, server.id);
        let found: Option<Loaded<Grant>> = ctx.store.by_handle(ctx.issuer.realm(), &handle).await?;
        granted.extend(found);
    }
    if granted.len() > 1 {
        granted.retain(|grant| grant.revoked.is_none());
    }
    match (granted.pop(), servers.first()) {
        (Some(grant), _) if granted.is_empty() => Ok(grant),
        (Some(_), _) => Err(ScopeReason::AudiencesSeveral.into()),
        (None, Some(server)) => {
            Err(ScopeReason::AudienceNotGranted(server.identifier.clone()).into())
        }
        (None, None) => Err(ScopeReason::AudienceMissing.into()),
    }
}
