//! Verifies a token against trusted keys. Invariants: [`KeySet::verify`] returns a payload only
//! after a key of the header's algorithm accepted the signature. A withdrawn key accepts nothing. A
//! retired key accepts only what was issued before.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::{Algorithm, Compact, JwkSet, SignatureError, VerifyingKey};

/// The largest number of keys tried for one token. It limits the cost of a token without `kid`.
const MAX_TRIES: usize = 8;

/// How long after its retirement a key may still have signed, in seconds: other nodes hear of it a
/// little later, and clocks differ.
const RETIREMENT_LEEWAY: i64 = 60;

/// The trusted keys.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
    /// The keys that sign nothing new, by name, and since when (seconds since the Unix epoch).
    retired: BTreeMap<String, i64>,
    /// The names of the keys that accept nothing.
    withdrawn: BTreeSet<String>,
}

impl KeySet {
    /// The usable keys of a published set. Entries that are not a usable key are skipped (RFC 7517
    /// §5).
    pub fn from_jwks(set: &JwkSet) -> Self {
        set.keys.iter().filter_map(|jwk| VerifyingKey::from_jwk(jwk).ok()).collect()
    }

    /// Adds a key.
    pub fn push(&mut self, key: VerifyingKey) {
        self.keys.push(key);
    }

    /// Retires the key of this name: it accepts only what was issued until `since`, in seconds since
    /// the Unix epoch. The earliest `since` counts.
    pub fn retire(&mut self, kid: impl Into<String>, since: i64) {
        let known = self.retired.entry(kid.into()).or_insert(since);
        *known = since.min(*known);
    }

    /// Withdraws the key of this name, also under another name: it accepts nothing, for good.
    pub fn withdraw(&mut self, kid: impl Into<String>) {
        self.withdrawn.insert(kid.into());
    }

    /// Whether it holds no key.
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// All keys, in order.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.keys.iter()
    }

    /// The key with the name `kid`.
    pub fn find(&self, kid: &str) -> Option<&VerifyingKey> {
        self.keys.iter().find(|key| key.kid() == Some(kid))
    }

    /// Verifies the signature and returns the payload.
    ///
    /// A token that names a key is tried against keys of that name, and against keys without a
    /// name. A token without `kid` is tried against every key of its algorithm, up to 8. A token of a
    /// retired key must have been issued (`iat`, RFC 7519 §4.1.6) before the key was retired.
    ///
    /// # Errors
    /// [`VerifyError`]. After [`VerifyError::UnknownKid`] the caller may fetch the issuer's keys
    /// again.
    pub fn verify<'t>(&self, token: &'t Compact<'_>) -> Result<&'t [u8], VerifyError> {
        let key = self.key_of(token)?;
        match self.retired_since(key) {
            Some(since) if !was_issued_until(token.payload(), since) => {
                Err(VerifyError::RetiredKey)
            }
            _ => Ok(token.payload()),
        }
    }

    /// Verifies the signature of something that was signed a moment ago: no retired key may have
    /// made it. Returns the payload and the key.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub fn verify_current<'t>(
        &self,
        token: &'t Compact<'_>,
    ) -> Result<(&'t [u8], &VerifyingKey), VerifyError> {
        let key = self.key_of(token)?;
        match self.retired_since(key) {
            Some(_) => Err(VerifyError::RetiredKey),
            None => Ok((token.payload(), key)),
        }
    }

    /// The key that made the signature.
    fn key_of(&self, token: &Compact<'_>) -> Result<&VerifyingKey, VerifyError> {
        let header = token.header();
        if header.kid.as_ref().is_some_and(|kid| self.withdrawn.contains(kid)) {
            return Err(VerifyError::WithdrawnKey);
        }
        let named = |key: &&VerifyingKey| {
            header.kid.is_none() || key.kid().is_none() || key.kid() == header.kid.as_deref()
        };
        let mut outcome = match header.kid {
            Some(_) => VerifyError::UnknownKid,
            None => VerifyError::NoKeyOf(header.algorithm),
        };
        let mut tries = 0;
        for key in self.keys.iter().filter(named).filter(|key| !self.is_withdrawn(key)) {
            if key.algorithm() != header.algorithm {
                if header.kid.is_some() && key.kid().is_some() {
                    let (key, token) = (key.algorithm(), header.algorithm);
                    outcome = VerifyError::AlgorithmMismatch { key, token };
                }
                continue;
            }
            match key.verify(token.signed().as_bytes(), token.signature()) {
                Ok(()) => return Ok(key),
                Err(error) => outcome = VerifyError::Signature(error),
            }
            tries += 1;
            if tries == MAX_TRIES {
                break;
            }
        }
        Err(outcome)
    }

    fn is_withdrawn(&self, key: &VerifyingKey) -> bool {
        !self.withdrawn.is_empty() && key.names().any(|name| self.withdrawn.contains(name))
    }

    fn retired_since(&self, key: &VerifyingKey) -> Option<i64> {
        if self.retired.is_empty() {
            return None;
        }
        key.names().filter_map(|name| self.retired.get(name)).min().copied()
    }
}

/// Whether a token with this payload says that it was issued until `since` (seconds since the Unix
/// epoch). A token that does not say when it was issued was not.
fn was_issued_until(payload: &[u8], since: i64) -> bool {
    #[derive(Deserialize)]
    struct Issued {
        iat: f64,
    }
    let issued = serde_json::from_slice::<Issued>(payload);
    issued.is_ok_and(|it| it.iat <= since.saturating_add(RETIREMENT_LEEWAY) as f64)
}

impl FromIterator<VerifyingKey> for KeySet {
    fn from_iter<I: IntoIterator<Item = VerifyingKey>>(keys: I) -> Self {
        Self { keys: keys.into_iter().collect(), ..Self::default() }
    }
}

/// Why no key accepted a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The token names a key that is not in the set.
    #[error("the token names a key that is not known")]
    UnknownKid,
    /// The key was withdrawn: nothing that it signed is good.
    #[error("the token is signed with a key that was withdrawn")]
    WithdrawnKey,
    /// The key was retired before the token was issued.
    #[error("the token was issued after its key was retired")]
    RetiredKey,
    /// The token names no key, and the set has no key of its algorithm.
    #[error("the token names no key, and none for {0} is known")]
    NoKeyOf(Algorithm),
    /// The named key is for another algorithm: a mistake, or an attempt at key confusion.
    #[error("the token says {token}, and the key it names is for {key}")]
    AlgorithmMismatch {
        /// The key's algorithm.
        key: Algorithm,
        /// The algorithm in the token's header.
        token: Algorithm,
    },
    /// The key does not accept the signature.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

#[cfg(test)]
#[path = "key_set_tests.rs"]
mod tests;
