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
use crate::present::{Place, PresentedKind, Verified, present};
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
    let verified = match present(ctx, &presented(token), Place::Issuer).await {
        Ok(verified) => verified,
        Err(denial @ Denial::Store(_)) => return Err(denial),
        // RFC 7009 §2.2: an invalid token is revoked already.
        Err(_) => return Ok(Outcome::reading(())),
    };
    if !caller.holds(&verified) {
        // RFC 7009 §2.1: another client's token is refused; what it is stays unsaid.
        return Ok(Outcome::reading(()));
    }
    let batch = match verified.kind {
        PresentedKind::AccessToken => one_token(ctx, caller, &verified),
        PresentedKind::Credential(_) => credential(ctx, caller, &verified),
    };
    Ok(Outcome { batch, reply: () })
}

fn one_token(ctx: &Context<'_>, caller: &Caller, verified: &Verified) -> Batch {
    let Some(token) = verified.token_id else { return Batch::new() };
    let until = verified.expires_at;
    let mut event = event(ctx, caller, "access_token.revoked", &verified.credential.record);
    event.detail.insert(
        "jti".to_owned(),
        serde_json::Value::String(base::Id::<()>::from_u128(token).to_string()),
    );
    Batch { writes: vec![Write::RevokeToken { token, until, now: ctx.now }], events: vec![event] }
}

fn credential(ctx: &Context<'_>, caller: &Caller, verified: &Verified) -> Batch {
    let revocation =
        Revocation { at: ctx.now, by: caller.actor(), reason: Some("by its holder".to_owned()) };
    let found = &verified.credential;
    let changed = Credential { revoked: Some(revocation), ..(*found.record).clone() };
    Batch {
        events: vec![event(ctx, caller, &format!("{}.revoked", changed.kind.as_str()), &changed)],
        writes: vec![Write::Replace {
            entity: Entity::Credential(Arc::new(changed)),
            expected: found.version,
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
