//! The unsealed signing keys of a realm: which of them signs, and which are published.

use std::sync::Arc;

use base::encoding::parse_base64url;
use base::{Sealer, Timestamp};
use dialect::Dialect;
use domain::{Algorithm, KeyState, Kind, RealmName, SigningKey};
use jose::{Compact, JwkSet, KeySet, Signer, SigningKey as PrivateKey, VerifyError};
use oauth::{GrantType, Operation};
use status::{RetiredKey, SigningKeys};
use store::{ListQuery, Loaded, MAX_PAGE, StoreError, StoreExt as _, StoreReader};

/// The keys of a realm, unsealed and parsed once.
#[derive(Debug, Default)]
pub struct KeyRing {
    signers: Vec<RingKey>,
    verifying: KeySet,
    published: String,
    /// What the issuer says of its keys in the feed, snapshots and status lists.
    statement: Arc<SigningKeys>,
    /// The number of this set of keys: see [`KeyRing::number`].
    number: u64,
}

#[derive(Debug)]
struct RingKey {
    /// Signs access tokens.
    signer: Signer,
    /// Signs ID tokens, with their own `typ` header (RFC 9068 §2.1 keeps the two apart).
    identity: Signer,
    signs_from: Option<Timestamp>,
}

impl KeyRing {
    /// Unseals the keys of a realm. A key that does not open is an error: without it, valid tokens
    /// would be refused.
    pub(crate) fn open(
        records: &[Loaded<SigningKey>],
        dialect: &Dialect,
        private_keys: &Sealer,
    ) -> Result<Self, StoreError> {
        let mut ring = Self::default();
        // Readers take a limited number of keys: the good ones come first.
        let (mut published, mut retired) = (Vec::new(), Vec::new());
        let mut statement = SigningKeys::default();
        for record in records {
            let kid = || record.kid.to_string();
            match record.state {
                KeyState::Revoked { .. } => {
                    ring.verifying.withdraw(kid());
                    statement.withdrawn.push(kid());
                    continue;
                }
                KeyState::Retired { since } => {
                    ring.verifying.retire(kid(), since.seconds());
                    statement.retired.push(RetiredKey { kid: kid(), since: since.seconds() });
                }
                KeyState::Published { .. } | KeyState::Active { .. } => {}
            }
            let failed =
                |what: &str| StoreError::Failed(format!("signing key {}: {what}", record.kid));
            let key = unseal(private_keys, record).ok_or_else(|| failed("does not open"))?;
            let public = key.public();
            let verifying = key.verifying_key().map_err(|_| failed("does not verify"))?;
            match record.state {
                KeyState::Retired { .. } => retired.extend(public),
                _ => published.extend(public),
            }
            ring.verifying.push(verifying);
            let typ = Some(dialect.access_token().header_typ.as_str());
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
        published.append(&mut retired);
        let failed = |error: serde_json::Error| StoreError::Failed(error.to_string());
        statement.keys =
            published.iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(failed)?;
        ring.statement = Arc::new(statement);
        ring.published = serde_json::to_string(&JwkSet { keys: published }).map_err(failed)?;
        Ok(ring)
    }

    /// The key that signs with `algorithm` at `now`: the newest of those that sign already. Where
    /// none does, the clock was set back, and the oldest key signs. `None`: there is no key for
    /// `algorithm`.
    pub fn signer(&self, algorithm: Algorithm, now: Timestamp) -> Option<&Signer> {
        self.signing(algorithm, now).map(|it| &it.signer)
    }

    /// The key that signs statements of the issuer itself at `now`, such as the change feed. Its
    /// algorithm is [`public_algorithm`].
    fn public_signer(&self, dialect: &Dialect, now: Timestamp) -> Option<&Signer> {
        self.signer(public_algorithm(dialect), now)
    }

    /// Signs `payload`, a JSON object, as a compact JWS with this `typ` header. For statements of the
    /// issuer itself, such as the change feed. `None`: no key signs with [`public_algorithm`].
    pub fn sign(
        &self,
        dialect: &Dialect,
        (typ, payload): (&str, &[u8]),
        now: Timestamp,
    ) -> Option<String> {
        self.public_signer(dialect, now)?.with_type(typ).sign(payload).ok()
    }

    /// The key of [`KeyRing::signer`], with the header of ID tokens.
    pub(crate) fn identity_signer(&self, algorithm: Algorithm, now: Timestamp) -> Option<&Signer> {
        self.signing(algorithm, now).map(|it| &it.identity)
    }

    /// The algorithms that a client may choose for its ID tokens, the default first: those of the
    /// keys that sign and that anybody can check. Empty where there are no ID tokens.
    pub(crate) fn id_token_algorithms(&self, dialect: &Dialect) -> Vec<Algorithm> {
        let Some(default) = id_token_algorithm(dialect) else { return Vec::new() };
        let signing = self.signers.iter().filter(|it| it.signs_from.is_some());
        let mut algorithms: Vec<Algorithm> =
            signing.map(|it| it.signer.key().algorithm()).collect();
        algorithms.retain(|it| *it != Algorithm::HS256);
        algorithms.sort_unstable_by_key(|it| (*it != default, *it));
        algorithms.dedup();
        algorithms
    }

    /// The key of [`KeyRing::signer`], with another `typ` header.
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

    /// Checks a token's signature against every key that is not revoked. What a retired key signed
    /// must have been issued before it was retired.
    ///
    /// # Errors
    /// The reason why no key accepts the signature.
    pub fn verify<'t>(&self, token: &'t Compact<'_>) -> Result<&'t [u8], VerifyError> {
        self.verifying.verify(token)
    }

    /// The public keys as a JWK Set (RFC 7517 §5), serialized.
    pub fn published(&self) -> &str {
        &self.published
    }

    /// What the issuer says of its keys: those that are good, retired and withdrawn.
    pub const fn statement(&self) -> &Arc<SigningKeys> {
        &self.statement
    }

    /// A ring without keys that publishes `text`.
    #[cfg(test)]
    pub(crate) fn publishing(text: &str) -> Self {
        Self { published: text.to_owned(), ..Self::default() }
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.signers.is_empty()
    }

    /// The number of this set of keys. It grows by one when the issuer loads other keys than
    /// before.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Sets the number of this ring, which replaces `before`.
    pub(crate) fn number_after(&mut self, before: &Self) {
        let kids = |ring: &Self| -> Vec<String> {
            ring.signers.iter().map(|it| it.signer.key().kid().to_owned()).collect()
        };
        let same = kids(self) == kids(before) && self.statement == before.statement;
        self.number = if same { before.number } else { before.number + 1 };
    }
}

/// The algorithm of statements of the issuer itself: that of the dialect's access tokens, or ES256
/// where those use HS256, since an HS256 verifier could also sign.
pub fn public_algorithm(dialect: &Dialect) -> Algorithm {
    match dialect.access_token().algorithm {
        Algorithm::HS256 => Algorithm::ES256,
        asymmetric => asymmetric,
    }
}

/// The algorithm of ID tokens where the client has chosen none: RS256 (OpenID Connect Core §15.1,
/// Registration §2). `None` if the dialect does not support OpenID Connect.
pub fn id_token_algorithm(dialect: &Dialect) -> Option<Algorithm> {
    dialect.endpoint(Operation::UserInfo)?;
    let codes = dialect.grant_types().contains(&GrantType::AuthorizationCode);
    codes.then_some(Algorithm::RS256)
}

/// Every key record of the realm, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn records(
    realm: &RealmName,
    store: &dyn StoreReader,
) -> Result<Vec<Loaded<SigningKey>>, StoreError> {
    let mut keys = Vec::new();
    loop {
        let after = keys.last().map(|it: &Loaded<SigningKey>| it.id.as_u128());
        let query = ListQuery {
            kind: Kind::SigningKey,
            realm: realm.clone(),
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

fn unseal(private_keys: &Sealer, record: &SigningKey) -> Option<PrivateKey> {
    let sealed = parse_base64url(&record.sealed_private)?;
    let bytes = private_keys.open(record.kid.as_str().as_bytes(), &sealed)?;
    PrivateKey::from_private_bytes(record.algorithm, &bytes).ok()
}
