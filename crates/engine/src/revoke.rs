//! Revocation (RFC 7009): whoever holds a token may throw it away.
//!
//! An access token is refused from the next request on, by its id; a credential with a row takes
//! with it everything minted from it. Whatever is unknown, foreign or dead already is a success (§2.2).

use std::sync::Arc;

use domain::{Credential, Entity, EventDraft, Kind, Revocation, Target};
use oauth::{Parameter, Reply, Request};
use store::{Batch, Write};

use crate::caller::{Caller, Errand};
use crate::introspect::presented;
use crate::outcome::{Outcome, settle};
use crate::present::{Found, Place, PresentedKind, look_up};
use crate::{Context, Denial};

/// Answers a revocation request.
///
/// # Errors
/// When the caller is refused, or the store fails.
pub async fn revoke(ctx: &Context<'_>, request: &Request) -> Result<Reply, Denial> {
    let caller = Caller::of(ctx, request, Errand::Revoke).await?;
    let token = request.parameters.value(Parameter::Token);
    let token = token.ok_or(Denial::ParameterMissing(Parameter::Token))?;
    settle(ctx.store, async || decide(ctx, &caller, token).await).await?;
    Ok(Reply::Revoked)
}

async fn decide(ctx: &Context<'_>, caller: &Caller, token: &str) -> Result<Outcome<()>, Denial> {
    let found = match mine(ctx, caller, token).await {
        Ok(Some(found)) => found,
        // RFC 7009 §2.1: another client's token is refused; what it is stays unsaid.
        Ok(None) => return Ok(Outcome::reading(())),
        Err(denial @ Denial::Store(_)) => return Err(denial),
        // RFC 7009 §2.2: an invalid token is revoked already.
        Err(_) => return Ok(Outcome::reading(())),
    };
    let batch = match found.kind {
        PresentedKind::AccessToken => one_token(ctx, caller, &found),
        PresentedKind::Credential(_) => credential(ctx, caller, &found),
    };
    Ok(Outcome { batch, reply: () })
}

/// What the caller may throw away and what is not dead for good. Where only something above it does
/// not hold, such as a client that is suspended, it lives again with that: it must be taken back.
async fn mine(ctx: &Context<'_>, caller: &Caller, token: &str) -> Result<Option<Found>, Denial> {
    let found = look_up(ctx, &presented(token), Place::Issuer).await?;
    if !caller.holds(&found) || found.grant.revoked.is_some() {
        return Ok(None);
    }
    found.lives(ctx).await?;
    Ok(Some(found))
}

fn one_token(ctx: &Context<'_>, caller: &Caller, found: &Found) -> Batch {
    let Some(token) = found.token_id else { return Batch::new() };
    let until = found.expires_at;
    let mut event = event(ctx, caller, "access_token.revoked", &found.credential.record);
    event.detail.insert(
        "jti".to_owned(),
        serde_json::Value::String(base::Id::<()>::from_u128(token).to_string()),
    );
    Batch { writes: vec![Write::RevokeToken { token, until, now: ctx.now }], events: vec![event] }
}

fn credential(ctx: &Context<'_>, caller: &Caller, found: &Found) -> Batch {
    let revocation =
        Revocation { at: ctx.now, by: caller.actor(), reason: Some("by its holder".to_owned()) };
    let known = &found.credential;
    let changed = Credential { revoked: Some(revocation), ..(*known.record).clone() };
    Batch {
        events: vec![event(ctx, caller, &format!("{}.revoked", changed.kind.as_str()), &changed)],
        writes: vec![Write::Replace {
            entity: Entity::Credential(Arc::new(changed)),
            expected: known.version,
        }],
    }
}

fn event(ctx: &Context<'_>, caller: &Caller, action: &str, credential: &Credential) -> EventDraft {
    EventDraft {
        realm: ctx.issuer.realm().clone(),
        at: ctx.now,
        action: action.to_owned(),
        target: Target {
            kind: Kind::Credential,
            id: credential.id.as_u128(),
            public_id: credential.public_id.to_string(),
        },
        origin: ctx.by(caller.actor()),
        detail: serde_json::Map::new(),
    }
}
