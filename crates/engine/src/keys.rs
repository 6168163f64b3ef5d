//! Signing keys: made at first start, sealed at rest, rotated with overlap, published as a JWK Set.
//!
//! A new key is published before it signs, so that caches of the key set have it when the first
//! token arrives. An old key stays in the set, and what it signed stays valid, until it is revoked.
//!
//! Invariant: the algorithm of the change feed has a next key ([`is_next`]) at all times, published
//! long before it signs. So every verifier trusts the key that will sign the withdrawal of the
//! present one (decision 0025).

use std::sync::Arc;
use std::time::Duration;

use base::encoding::base64url;
use base::{Id, Timestamp};
use domain::{Actor, Algorithm, KeyState, SigningKey};
use jose::SigningKey as PrivateKey;
use store::{Batch, Loaded, StoreError, StoreReader, Write};

use crate::changes::{event, no_detail};
pub use crate::key_ring::{KeyRing, public_algorithm};
use crate::{Context, Denial, Issuer, Outcome, ServerReason, key_ring};

/// How long a new key is published before it signs: 15 minutes. The key set may be cached for five
/// minutes (its `max-age`, in the dialect).
pub const PUBLISHED_AHEAD: Duration = Duration::from_secs(15 * 60);

/// When the next key signs: not before a rotation says so. Postern of before 2026-12 reads it as a
/// key that is published and does not sign.
const AT_A_ROTATION: Timestamp = Timestamp::from_seconds(253_402_300_799);

/// Whether it is the next key: published, and waiting for a rotation.
pub fn is_next(key: &SigningKey) -> bool {
    matches!(key.state, KeyState::Published { active_from } if active_from >= AT_A_ROTATION)
}

/// Every key record of the realm, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn all(
    issuer: &Issuer,
    store: &dyn StoreReader,
) -> Result<Vec<Loaded<SigningKey>>, StoreError> {
    key_ring::records(issuer.realm(), store).await
}

/// Makes a key for each of `algorithms` that has no key that signs or is about to, and the next key
/// where that is missing. Called at each start, and when a resource server needs another algorithm.
/// The reply is the number of keys made.
///
/// # Errors
/// When the store cannot be read or a key cannot be made.
pub async fn ensure(ctx: &Context<'_>, algorithms: &[Algorithm]) -> Result<Outcome<usize>, Denial> {
    let known = all(ctx.issuer, ctx.store).await?;
    let lives = |it: &SigningKey| {
        let lives = matches!(it.state, KeyState::Active { .. } | KeyState::Published { .. });
        lives && !is_next(it)
    };
    let mut batch = Batch::new();
    let mut made = 0;
    for algorithm in algorithms {
        if !known.iter().any(|it| it.algorithm == *algorithm && lives(it)) {
            add(ctx, &mut batch, *algorithm, KeyState::Active { since: ctx.now }, Actor::System)?;
            made += 1;
        }
    }
    let feed = public_algorithm(ctx.issuer.dialect());
    let is_missing = !known.iter().any(|it| it.algorithm == feed && is_next(it));
    if algorithms.contains(&feed) && is_missing {
        add_next(ctx, &mut batch, feed, Actor::System)?;
        made += 1;
    }
    Ok(Outcome { batch, reply: made })
}

/// Gives the key of `algorithm` a successor, which signs [`PUBLISHED_AHEAD`] after it was published,
/// or at once where `immediately`. The old key still verifies. The successor is the next key, where
/// there is one, and another next key is made.
///
/// # Errors
/// When the store cannot be read or a key cannot be made.
pub async fn rotate(
    ctx: &Context<'_>,
    algorithm: Algorithm,
    immediately: bool,
    actor: Actor,
) -> Result<Outcome<SigningKey>, Denial> {
    let signing = |published: Timestamp| {
        let active_from = published.plus(PUBLISHED_AHEAD);
        if immediately || active_from <= ctx.now {
            KeyState::Active { since: ctx.now }
        } else {
            KeyState::Published { active_from }
        }
    };
    let known = all(ctx.issuer, ctx.store).await?;
    let next = known.iter().find(|it| it.algorithm == algorithm && is_next(it));
    let Some(next) = next else {
        let mut batch = Batch::new();
        let key = add(ctx, &mut batch, algorithm, signing(ctx.now), actor)?;
        return Ok(Outcome { batch, reply: key });
    };
    let mut outcome = change(ctx, next, signing(next.created_at), actor.clone());
    add_next(ctx, &mut outcome.batch, algorithm, actor)?;
    Ok(outcome)
}

/// Adds another next key to `batch`, in place of one that is withdrawn before it ever signed.
///
/// # Errors
/// When a key cannot be made.
pub(crate) fn add_next(
    ctx: &Context<'_>,
    batch: &mut Batch,
    algorithm: Algorithm,
    actor: Actor,
) -> Result<(), Denial> {
    let state = KeyState::Published { active_from: AT_A_ROTATION };
    add(ctx, batch, algorithm, state, actor).map(drop)
}

/// Changes the state of a key. A [`KeyState::Retired`] key does not sign. A [`KeyState::Revoked`]
/// key does not verify either: everything that it signed is invalid.
pub fn change(
    ctx: &Context<'_>,
    key: &Loaded<SigningKey>,
    state: KeyState,
    actor: Actor,
) -> Outcome<SigningKey> {
    let action = match state {
        KeyState::Published { .. } => "signing_key.published",
        KeyState::Active { .. } => "signing_key.activated",
        KeyState::Retired { .. } => "signing_key.retired",
        KeyState::Revoked { .. } => "signing_key.revoked",
    };
    let changed = SigningKey { state, ..(*key.record).clone() };
    let batch = Batch {
        writes: vec![key.replace_with(changed.clone())],
        events: vec![event(ctx, actor, &changed, action.to_owned(), no_detail())],
    };
    Outcome { batch, reply: changed }
}

fn add(
    ctx: &Context<'_>,
    batch: &mut Batch,
    algorithm: Algorithm,
    state: KeyState,
    actor: Actor,
) -> Result<SigningKey, Denial> {
    let unusable = |_| ServerReason::NoSigningKey(algorithm.as_str());
    let private = PrivateKey::generate(algorithm, ctx.rng).map_err(unusable)?;
    let bytes = private.to_private_bytes().map_err(unusable)?;
    let sealed = ctx.issuer.private_keys().seal(ctx.rng, private.kid().as_bytes(), &bytes);
    let record = SigningKey {
        id: Id::new(ctx.now, ctx.rng),
        realm: ctx.issuer.realm().clone(),
        kid: private.kid().parse().map_err(|_| ServerReason::NoSigningKey(algorithm.as_str()))?,
        algorithm,
        public_jwk: private.public().and_then(|jwk| serde_json::to_string(&jwk).ok()),
        sealed_private: base64url(sealed),
        state,
        created_at: ctx.now,
    };
    batch.writes.push(Write::Insert(domain::Entity::SigningKey(Arc::new(record.clone()))));
    batch.events.push(event(ctx, actor, &record, "signing_key.created".to_owned(), no_detail()));
    Ok(record)
}
