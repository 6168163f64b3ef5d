//! The operations of administrators on signing keys. [`crate::keys`] makes and seals the keys.

use domain::{Actor, Algorithm, KeyState, Owners, SigningKey};
use serde::Deserialize;
use store::Loaded;

use super::{Page, PageQuery, find};
use crate::fields;
use crate::page;
use crate::{AdminReason, Context, Denial, Outcome, keys};

/// Which signing key to rotate, and when.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyRotation {
    /// `ES256`, `EdDSA`, `RS256` or `HS256`. If missing: the algorithm of the realm's access
    /// tokens.
    pub algorithm: Option<String>,
    /// Whether the new key signs at once, also where caches of the key set may not have it yet. Use
    /// it after a key leaked, and then revoke the old key.
    #[serde(default)]
    pub immediately: bool,
}

/// A page of signing keys, with retired and revoked ones.
///
/// # Errors
/// An invalid cursor or limit.
pub async fn list(
    ctx: &Context<'_>,
    query: &PageQuery,
) -> Result<Page<Loaded<SigningKey>>, Denial> {
    page::list(ctx, Owners::default(), query).await
}

/// One signing key, by its `kid`.
///
/// # Errors
/// [`AdminReason::NotFound`].
pub async fn read(ctx: &Context<'_>, kid: &str) -> Result<Loaded<SigningKey>, Denial> {
    find::by_public_id(ctx, kid).await
}

/// Puts a new key in place of the old one, which signs until the new one does; what it signed stays
/// valid.
///
/// # Errors
/// [`AdminReason::InvalidField`]; when a key cannot be made.
pub async fn rotate(
    ctx: &Context<'_>,
    actor: &Actor,
    input: &KeyRotation,
) -> Result<Outcome<SigningKey>, Denial> {
    let words = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256, Algorithm::HS256]
        .map(|algorithm| (algorithm.as_str(), algorithm));
    let algorithm = match input.algorithm.as_deref() {
        Some(text) => fields::one_of("algorithm", text, &words)?,
        None => ctx.issuer.dialect().access_token().algorithm,
    };
    keys::rotate(ctx, algorithm, input.immediately, actor.clone()).await
}

/// Retires a key: it no longer signs, and its signatures stay valid. The last key that signs
/// with its algorithm cannot be retired: rotate first.
///
/// # Errors
/// [`AdminReason::NotFound`], [`AdminReason::StateForbids`].
pub async fn retire(
    ctx: &Context<'_>,
    actor: &Actor,
    kid: &str,
) -> Result<Outcome<SigningKey>, Denial> {
    let key = read(ctx, kid).await?;
    match key.state {
        KeyState::Retired { .. } => Ok(Outcome::without_writes(SigningKey::clone(&key))),
        KeyState::Revoked { .. } => {
            Err(AdminReason::StateForbids("the key was revoked: this cannot be undone".into())
                .into())
        }
        KeyState::Published { .. } | KeyState::Active { .. } => {
            end(ctx, actor, &key, KeyState::Retired { since: ctx.now }).await
        }
    }
}

/// Revokes a key permanently: everything that it signed is invalid. The last key that signs with
/// its algorithm cannot be revoked: rotate first, with a key that signs at once.
///
/// # Errors
/// [`AdminReason::NotFound`], [`AdminReason::StateForbids`].
pub async fn revoke(
    ctx: &Context<'_>,
    actor: &Actor,
    kid: &str,
) -> Result<Outcome<SigningKey>, Denial> {
    let key = read(ctx, kid).await?;
    if matches!(key.state, KeyState::Revoked { .. }) {
        return Ok(Outcome::without_writes(SigningKey::clone(&key)));
    }
    end(ctx, actor, &key, KeyState::Revoked { since: ctx.now }).await
}

/// Ends a key that has a successor. The next key has one in the key that is made here.
async fn end(
    ctx: &Context<'_>,
    actor: &Actor,
    key: &Loaded<SigningKey>,
    state: KeyState,
) -> Result<Outcome<SigningKey>, Denial> {
    let successor = successor(ctx, key).await?;
    let mut outcome = keys::change(ctx, key, state, actor.clone());
    if keys::is_next(key) {
        keys::add_next(ctx, &mut outcome.batch, key.algorithm, actor.clone())?;
    }
    Ok(with_unchanged(successor, outcome))
}

/// Another key that signs with the same algorithm; `None` where `key` does not sign.
///
/// # Errors
/// [`AdminReason::StateForbids`] where there is no other; the error of the store.
async fn successor(
    ctx: &Context<'_>,
    key: &SigningKey,
) -> Result<Option<Loaded<SigningKey>>, Denial> {
    let signs = |it: &SigningKey| match it.state {
        KeyState::Active { since: from } | KeyState::Published { active_from: from } => {
            from <= ctx.now
        }
        KeyState::Retired { .. } | KeyState::Revoked { .. } => false,
    };
    if !signs(key) {
        return Ok(None);
    }
    let all = keys::all(ctx.issuer, ctx.store).await?;
    let another =
        |it: &Loaded<SigningKey>| it.id != key.id && it.algorithm == key.algorithm && signs(it);
    let text = || format!("no other key signs with {}: rotate first", key.algorithm.as_str());
    let successor = all.into_iter().find(another);
    Ok(Some(successor.ok_or_else(|| AdminReason::StateForbids(text()))?))
}

/// Adds a write of the other key, unchanged, to the batch. If a concurrent request changes that
/// key, one of the two requests meets a conflict and is decided again.
fn with_unchanged(
    successor: Option<Loaded<SigningKey>>,
    mut outcome: Outcome<SigningKey>,
) -> Outcome<SigningKey> {
    if let Some(successor) = successor {
        outcome.batch.writes.push(successor.replace_with(SigningKey::clone(&successor)));
    }
    outcome
}
