//! Signing keys: made at first start, sealed at rest, rotated with overlap, published as a JWK Set.
//!
//! A new key is published before it signs, so that caches of the key set have it when the first
//! token arrives. An old key stays in the set, and its signatures stay valid, until it is revoked.

use std::sync::Arc;
use std::time::Duration;

use base::Id;
use base::encoding::base64url;
use domain::{Actor, Algorithm, KeyState, SigningKey};
use jose::SigningKey as PrivateKey;
use store::{Batch, Loaded, StoreError, StoreReader, Write};

use crate::changes::{event, no_detail};
pub use crate::key_ring::{KeyRing, public_algorithm};
use crate::{Context, Denial, Issuer, Outcome, ServerReason, key_ring};

/// How long a new key is published before it signs: 15 minutes. The key set may be cached for five
/// minutes (its `max-age`, in the dialect).
pub const PUBLISHED_AHEAD: Duration = Duration::from_secs(15 * 60);

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

/// Makes a key for each of `algorithms` that has no active or published key. Called at first start,
/// and when a resource server needs another algorithm. The reply is the number of keys made.
///
/// # Errors
/// When the store cannot be read or a key cannot be made.
pub async fn ensure(ctx: &Context<'_>, algorithms: &[Algorithm]) -> Result<Outcome<usize>, Denial> {
    let known = all(ctx.issuer, ctx.store).await?;
    let lives =
        |it: &SigningKey| matches!(it.state, KeyState::Active { .. } | KeyState::Published { .. });
    let mut batch = Batch::new();
    let mut made = 0;
    for algorithm in algorithms {
        if !known.iter().any(|it| it.algorithm == *algorithm && lives(it)) {
            add(ctx, &mut batch, *algorithm, KeyState::Active { since: ctx.now }, Actor::System)?;
            made += 1;
        }
    }
    Ok(Outcome { batch, reply: made })
}

/// Makes a successor for the key of `algorithm`: published at once, signing after
/// [`PUBLISHED_AHEAD`], or at once where `immediately`. The old key still verifies.
///
/// # Errors
/// When a key cannot be made.
pub fn rotate(
    ctx: &Context<'_>,
    algorithm: Algorithm,
    immediately: bool,
    actor: Actor,
) -> Result<Outcome<SigningKey>, Denial> {
    let state = if immediately {
        KeyState::Active { since: ctx.now }
    } else {
        KeyState::Published { active_from: ctx.now.plus(PUBLISHED_AHEAD) }
    };
    let mut batch = Batch::new();
    let key = add(ctx, &mut batch, algorithm, state, actor)?;
    Ok(Outcome { batch, reply: key })
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
