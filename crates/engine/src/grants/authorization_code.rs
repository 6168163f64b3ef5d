//! The exchange of authorization codes (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700 §2.1.1).
//!
//! The checks run in this order: the code belongs to the client; it has not expired; it was not
//! used before; the redirect URI and the code verifier match; the connection is active. The commit
//! that writes what the code gives also spends the code. A denied request does not spend the code,
//! unless the dialect allows one attempt only.
//!
//! Invariant: the code alone is enough to revoke what its exchange gave. The row of its refresh
//! token has the code's identifier; without a refresh token, the code's identifier is the access
//! token's `jti`.

use async_trait::async_trait;
use domain::Actor;
use oauth::{GrantType, Parameter, Request};
use store::{Batch, StoreExt as _, Write};

use super::handler::{GrantDenial, GrantHandler, Identity, ResolvedGrant, revoke_replayed};
use super::{code_exchange, code_proof};
use crate::authenticate::Authenticated;
use crate::changes::{event, no_detail};
use crate::code::Code;
use crate::{Chain, ClientReason, Context, Denial, DeniedAt, ExchangeReason, mint};

/// The grant type `authorization_code`.
#[derive(Debug)]
pub(super) struct AuthorizationCode;

#[async_trait]
impl GrantHandler for AuthorizationCode {
    fn grant_type(&self) -> GrantType {
        GrantType::AuthorizationCode
    }

    fn required(&self) -> &'static [Parameter] {
        &[Parameter::Code]
    }

    async fn resolve(
        &self,
        ctx: &Context<'_>,
        request: &Request,
        caller: &Authenticated,
    ) -> Result<ResolvedGrant, GrantDenial> {
        let Authenticated::Client { client, secret } = caller else {
            return Err(ClientReason::GrantTypeNotAllowed(GrantType::AuthorizationCode).into());
        };
        let presented = request.parameters.value(Parameter::Code).unwrap_or_default();
        let code = Code::open(ctx, presented)?;
        if code.client != client.id {
            return Err(ExchangeReason::CodeOfAnotherClient.into());
        }
        if code.expires_at <= ctx.now {
            return Err(ExchangeReason::CodeExpired(code.expires_at).into());
        }
        // A valid code is normally sent once, so the first attempt does not read whether it was
        // spent: the commit finds out.
        if ctx.attempt > 0 && ctx.store.spent(code.id).await? {
            return Err(used_before(ctx, &code).await?);
        }
        if let Err(denial) = code_proof::check(ctx, request, &code, secret.is_some()) {
            return Err(failed(ctx, &code, denial).await?);
        }
        let chain = match Chain::of(ctx, code.grant).await {
            Ok(chain) => chain,
            Err(denial) => return Err(closed(ctx, &code, denial).await?),
        };
        let scopes = chain.within_app(&code.scopes.intersection(&chain.grant.scopes));
        let mut batch = Batch { writes: vec![spend(ctx, &code)], events: vec![] };
        let code_exchange = code_exchange::by_code(ctx, &code, (client, &chain), &scopes).await?;
        batch.writes.extend(code_exchange.batch.writes);
        batch.events.extend(code_exchange.batch.events);
        let Code { authenticated_at, nonce, .. } = code;
        Ok(ResolvedGrant {
            chain,
            credential: code_exchange.credential,
            key: None,
            narrowed: Some(scopes),
            token_id: code_exchange.refresh_token.is_none().then_some(code.id),
            refresh_token: code_exchange.refresh_token,
            identity: Some(Identity { authenticated_at, nonce }),
            batch,
        })
    }
}

fn spend(ctx: &Context<'_>, code: &Code) -> Write {
    Write::SpendOnce { id: code.id, until: code.expires_at, now: ctx.now }
}

/// Denies a failed attempt. It spends the code if the dialect allows one attempt only.
async fn failed(ctx: &Context<'_>, code: &Code, denial: Denial) -> Result<GrantDenial, Denial> {
    if ctx.store.spent(code.id).await? {
        return used_before(ctx, code).await;
    }
    let single_attempt = ctx.issuer.dialect().authorization().code_single_attempt;
    let writes = if single_attempt { vec![spend(ctx, code)] } else { vec![] };
    Ok(GrantDenial { denial, batch: Batch { writes, events: vec![] } })
}

/// The connection of the code is no longer active, so the code is invalid (RFC 6749 §5.2).
async fn closed(ctx: &Context<'_>, code: &Code, denial: Denial) -> Result<GrantDenial, Denial> {
    match denial {
        denial if denial.is_of_store() => Err(denial),
        _ if ctx.store.spent(code.id).await? => used_before(ctx, code).await,
        denial => Ok(denial.at(DeniedAt::CodeExchange).into()),
    }
}

/// The code was used before (RFC 6749 §4.1.2): the denial revokes what the code gave.
async fn used_before(ctx: &Context<'_>, code: &Code) -> Result<GrantDenial, Denial> {
    const ACTION: &str = "authorization_code.replayed";
    if let Some(code_exchange) = ctx.store.by_id(code_exchange::refresh_token_id(code)).await? {
        ctx.recognize(&code_exchange.public_id);
        let batch = match code_exchange.revoked {
            Some(_) => Batch::new(),
            None => {
                revoke_replayed(ctx, &code_exchange, ACTION, "its authorization code came again")
            }
        };
        return Ok(GrantDenial { denial: ExchangeReason::CodeReplayed.into(), batch });
    }
    // Either the one allowed attempt failed, or the exchange gave an access token only.
    let single_attempt = ctx.issuer.dialect().authorization().code_single_attempt;
    let reason =
        if single_attempt { ExchangeReason::CodeTried } else { ExchangeReason::CodeReplayed };
    if ctx.store.token_revoked(code.id).await? {
        return Ok(reason.into());
    }
    let Some(grant) = ctx.store.by_id(code.grant).await? else { return Ok(reason.into()) };
    let Some(server) = ctx.store.by_id(grant.resource_server).await? else {
        return Ok(reason.into());
    };
    // The access token was minted before the code expired.
    let until = mint::lifetime(ctx, &server).map(|lifetime| code.expires_at.plus(lifetime));
    let writes = vec![Write::RevokeToken { token: code.id, until, now: ctx.now }];
    Ok(GrantDenial {
        denial: reason.into(),
        batch: Batch {
            writes,
            events: vec![event(ctx, Actor::System, &*grant.record, ACTION.into(), no_detail())],
        },
    })
}
