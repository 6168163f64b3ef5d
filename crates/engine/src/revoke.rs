//! Revocation (RFC 7009): whoever holds a token may throw it away.
//!
//! An access token is refused from the next request on, by its id; a refresh token takes with it
//! everything minted from it. Whatever is unknown, foreign or dead already is a success (§2.2).

use std::sync::Arc;

use domain::{Actor, Credential, CredentialKind, Entity, EventDraft, Kind, Revocation, Target};
use oauth::{Parameter, Reply, Request};
use store::{Batch, Write};

use crate::authenticate::{Authenticated, authenticate};
use crate::introspect::presented;
use crate::outcome::{Outcome, settle};
use crate::present::{Place, PresentedKind, Verified, present};
use crate::{Context, Denial};

/// Answers a revocation request.
///
/// # Errors
/// When the caller is refused, the kind cannot be revoked by its holder, or the store fails.
pub async fn revoke(ctx: &Context<'_>, request: &Request) -> Result<Reply, Denial> {
    let caller = authenticate(ctx, request).await?;
    let token = request.parameters.value(Parameter::Token);
    let token = token.ok_or(Denial::ParameterMissing(Parameter::Token))?;
    settle(ctx.store, async || decide(ctx, &caller, token).await).await?;
    Ok(Reply::Revoked)
}

async fn decide(
    ctx: &Context<'_>,
    caller: &Authenticated,
    token: &str,
) -> Result<Outcome<()>, Denial> {
    let verified = match present(ctx, &presented(token), Place::Issuer).await {
        Ok(verified) => verified,
        Err(denial @ Denial::Store(_)) => return Err(denial),
        // RFC 7009 §2.2: an invalid token is revoked already.
        Err(_) => return Ok(Outcome::reading(())),
    };
    if !holds(caller, &verified) {
        // RFC 7009 §2.1: another client's token is refused; what it is stays unsaid.
        return Ok(Outcome::reading(()));
    }
    let batch = match verified.kind {
        PresentedKind::AccessToken => one_token(ctx, caller, &verified),
        PresentedKind::Credential(CredentialKind::RefreshToken) => {
            credential(ctx, caller, &verified)
        }
        PresentedKind::Credential(kind) => return Err(Denial::NotRevocable(kind)),
    };
    Ok(Outcome { batch, reply: () })
}

fn holds(caller: &Authenticated, verified: &Verified) -> bool {
    match caller {
        Authenticated::Client { client, .. } => verified.chain.grant.client == Some(client.id),
        Authenticated::Key { credential, .. } => verified.credential.id == credential.id,
        Authenticated::ResourceServer(_) => false,
    }
}

fn one_token(ctx: &Context<'_>, caller: &Authenticated, verified: &Verified) -> Batch {
    let Some(token) = verified.token_id else { return Batch::new() };
    let until = verified.expires_at;
    let mut event = event(ctx, caller, "access_token.revoked", &verified.credential.record);
    event.detail.insert(
        "jti".to_owned(),
        serde_json::Value::String(base::Id::<()>::from_u128(token).to_string()),
    );
    Batch { writes: vec![Write::RevokeToken { token, until, now: ctx.now }], events: vec![event] }
}

fn credential(ctx: &Context<'_>, caller: &Authenticated, verified: &Verified) -> Batch {
    let revocation =
        Revocation { at: ctx.now, by: actor(caller), reason: Some("by its holder".to_owned()) };
    let found = &verified.credential;
    let changed = Credential { revoked: Some(revocation), ..(*found.record).clone() };
    Batch {
        events: vec![event(ctx, caller, "credential.revoked", &changed)],
        writes: vec![Write::Replace {
            entity: Entity::Credential(Arc::new(changed)),
            expected: found.version,
        }],
    }
}

fn actor(caller: &Authenticated) -> Actor {
    Actor::Client(caller.public_id().clone())
}

fn event(
    ctx: &Context<'_>,
    caller: &Authenticated,
    action: &str,
    credential: &Credential,
) -> EventDraft {
    EventDraft {
        realm: ctx.issuer.realm().clone(),
        at: ctx.now,
        action: action.to_owned(),
        target: Target {
            kind: Kind::Credential,
            id: credential.id.as_u128(),
            public_id: credential.public_id.to_string(),
        },
        origin: ctx.by(actor(caller)),
        detail: serde_json::Map::new(),
    }
}
