//! Signing keys: made at first start, sealed at rest, rotated with overlap, published as a JWK Set.
//!
//! A new key is published before it signs, so that caches of the key set know it by the time the
//! first token comes; an old one stays in the set, and what it signed stays good, until it is revoked.

use std::sync::Arc;
use std::time::Duration;

use base::encoding::{base64url, parse_base64url};
use base::{Id, Timestamp};
use dialect::Dialect;
use domain::{Actor, Algorithm, EventDraft, KeyState, Kind, SigningKey, Target};
use jose::{Compact, JwkSet, KeySet, Signer, SigningKey as PrivateKey, VerifyError};
use store::{Batch, ListQuery, Loaded, MAX_PAGE, StoreError, StoreExt as _, StoreReader, Write};

use crate::{Context, Denial, Issuer, Outcome, ServerReason};

/// How long a new key is published before it signs: well over the five minutes that the answer with
/// the key set may be cached (its `max-age`, in the dialect).
pub const PUBLISHED_AHEAD: Duration = Duration::from_secs(15 * 60);

/// The keys of a realm, unsealed and parsed once.
#[derive(Debug, Default)]
pub struct KeyRing {
    signers: Vec<RingKey>,
    verifying: KeySet,
    published: String,
    /// Another number for another set of keys: see [`KeyRing::number`].
    number: u64,
}

#[derive(Debug)]
struct RingKey {
    /// Signs access tokens.
    signer: Signer,
    /// Signs ID tokens, under a header of their own (RFC 9068 §2.1 keeps the two apart).
    identity: Signer,
    signs_from: Option<Timestamp>,
}

impl KeyRing {
    /// Reads and unseals the keys of a realm. A key that does not open is an error: going on
    /// without it would refuse good tokens.
    pub(crate) async fn load(issuer: &Issuer, store: &dyn StoreReader) -> Result<Self, StoreError> {
        let mut ring = Self::default();
        let mut published = Vec::new();
        for record in all(issuer, store).await? {
            if matches!(record.state, KeyState::Revoked { .. }) {
                continue;
            }
            let failed =
                |what: &str| StoreError::Failed(format!("signing key {}: {what}", record.kid));
            let key = unseal(issuer, &record).ok_or_else(|| failed("does not open"))?;
            let public = key.public();
            let verifying = key.verifying_key().map_err(|_| failed("does not verify"))?;
            published.extend(public);
            ring.verifying.push(verifying);
            let typ = Some(issuer.dialect().access_token().header_typ.as_str());
            let signs_from = match record.state {
                KeyState::Published { active_from } => Some(active_from),
                KeyState::Active { since } => Some(since),
                KeyState::Retired { .. } | KeyState::Revoked { .. } => None,
            };
            let key = Arc::new(key);
            ring.signers.push(RingKey {
                signer: Signer::new(Arc::clone(&key), typ),
                identity: Signer::new(key, Some("JWT")),
                signs_from,
            });
        }
        ring.published = serde_json::to_string(&JwkSet { keys: published })
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(ring)
    }

    /// The key that signs with `algorithm` at `now`: the youngest whose time has come. Where that of
    /// none has come the clock stepped back, and the oldest signs rather than nobody.
    pub fn signer(&self, algorithm: Algorithm, now: Timestamp) -> Option<&Signer> {
        self.signing(algorithm, now).map(|it| &it.signer)
    }

    /// The key that signs what the issuer says of itself at `now`, such as the change feed: that of
    /// its access tokens, where everybody may check it, else its ES256 key.
    pub(crate) fn public_signer(&self, dialect: &Dialect, now: Timestamp) -> Option<&Signer> {
        self.signer(public_algorithm(dialect), now)
    }

    /// The same key, for ID tokens.
    pub(crate) fn identity_signer(&self, algorithm: Algorithm, now: Timestamp) -> Option<&Signer> {
        self.signing(algorithm, now).map(|it| &it.identity)
    }

    /// The same key, under a header of another type.
    pub fn signer_as(&self, typ: &str, algorithm: Algorithm, now: Timestamp) -> Option<Signer> {
        self.signing(algorithm, now).map(|it| it.signer.with_type(typ))
    }

    fn signing(&self, algorithm: Algorithm, now: Timestamp) -> Option<&RingKey> {
        let signing = || {
            let of_algorithm =
                self.signers.iter().filter(|it| it.signer.key().algorithm() == algorithm);
            of_algorithm.filter_map(|it| Some((it.signs_from?, it)))
        };
        let youngest = signing().filter(|(from, _)| *from <= now).max_by_key(|(from, _)| *from);
        youngest.or_else(|| signing().min_by_key(|(from, _)| *from)).map(|(_, key)| key)
    }

    /// Checks a token's signature against every key that is not revoked.
    ///
    /// # Errors
    /// Why no key accepts it.
    pub fn verify<'t>(&self, token: &'t Compact<'_>) -> Result<&'t [u8], VerifyError> {
        self.verifying.verify(token)
    }

    /// The public keys as a JWK Set (RFC 7517 §5), serialized.
    pub fn published(&self) -> &str {
        &self.published
    }

    /// A ring without keys that publishes `text`.
    #[cfg(test)]
    pub(crate) fn publishing(text: &str) -> Self {
        Self { published: text.to_owned(), ..Self::default() }
    }

    /// Whether there is a key at all.
    pub fn is_empty(&self) -> bool {
        self.signers.is_empty()
    }

    /// Tells this set of keys from those before it in the life of the issuer.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Numbers this ring, which takes the place of `before`.
    pub(crate) fn succeed(&mut self, before: &Self) {
        let kids = |ring: &Self| -> Vec<String> {
            ring.signers.iter().map(|it| it.signer.key().kid().to_owned()).collect()
        };
        let same = kids(self) == kids(before);
        self.number = if same { before.number } else { before.number + 1 };
    }
}

/// The algorithm of what an issuer says of itself: never one whose verifier could also sign.
pub fn public_algorithm(dialect: &Dialect) -> Algorithm {
    match dialect.access_token().algorithm {
        Algorithm::HS256 => Algorithm::ES256,
        asymmetric => asymmetric,
    }
}

/// Every key record of the realm, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn all(
    issuer: &Issuer,
    store: &dyn StoreReader,
) -> Result<Vec<Loaded<SigningKey>>, StoreError> {
    let mut keys = Vec::new();
    loop {
        let after = keys.last().map(|it: &Loaded<SigningKey>| it.id.as_u128());
        let query = ListQuery {
            kind: Kind::SigningKey,
            realm: issuer.realm().clone(),
            owners: Default::default(),
            after,
            limit: MAX_PAGE,
        };
        let page = store.page::<SigningKey>(query).await?;
        let last = page.len() < MAX_PAGE;
        keys.extend(page);
        if last {
            return Ok(keys);
        }
    }
}

fn unseal(issuer: &Issuer, record: &SigningKey) -> Option<PrivateKey> {
    let sealed = parse_base64url(&record.sealed_private)?;
    let bytes = issuer.private_keys().open(record.kid.as_str().as_bytes(), &sealed)?;
    PrivateKey::from_private_bytes(record.algorithm, &bytes).ok()
}

/// Makes a key for each of `algorithms` that has none which signs or will: at first start, and when
/// a resource server asks for another algorithm.
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
/// [`PUBLISHED_AHEAD`], or at once where `immediately`. The old key stays good for verifying.
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

/// Puts a key into another state: [`KeyState::Retired`] signs no more, [`KeyState::Revoked`] makes
/// everything it signed worthless.
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
        events: vec![event(ctx, &changed, action, actor)],
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
    batch.events.push(event(ctx, &record, "signing_key.created", actor));
    Ok(record)
}

fn event(ctx: &Context<'_>, key: &SigningKey, action: &str, actor: Actor) -> EventDraft {
    EventDraft {
        realm: ctx.issuer.realm().clone(),
        at: ctx.now,
        action: action.to_owned(),
        target: Target {
            kind: Kind::SigningKey,
            id: key.id.as_u128(),
            public_id: key.kid.to_string(),
        },
        origin: ctx.by(actor),
        detail: serde_json::Map::new(),
    }
}
