//! Verifies a token against trusted keys. Invariant: [`KeySet::verify`] returns a payload only
//! after a key of the header's algorithm accepted the signature.

use crate::{Algorithm, Compact, JwkSet, SignatureError, VerifyingKey};

/// The largest number of keys tried for one token. It limits the cost of a token without `kid`.
const MAX_TRIES: usize = 8;

/// The trusted keys.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
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
    /// name. A token without `kid` is tried against every key of its algorithm, up to 8.
    ///
    /// # Errors
    /// [`VerifyError`]. After [`VerifyError::UnknownKid`] the caller may fetch the issuer's keys
    /// again.
    pub fn verify<'t>(&self, token: &'t Compact<'_>) -> Result<&'t [u8], VerifyError> {
        let header = token.header();
        let named = |key: &&VerifyingKey| {
            header.kid.is_none() || key.kid().is_none() || key.kid() == header.kid.as_deref()
        };
        let mut outcome = match header.kid {
            Some(_) => VerifyError::UnknownKid,
            None => VerifyError::NoKeyOf(header.algorithm),
        };
        let mut tries = 0;
        for key in self.keys.iter().filter(named) {
            if key.algorithm() != header.algorithm {
                if header.kid.is_some() && key.kid().is_some() {
                    let (key, token) = (key.algorithm(), header.algorithm);
                    outcome = VerifyError::AlgorithmMismatch { key, token };
                }
                continue;
            }
            match key.verify(token.signed().as_bytes(), token.signature()) {
                Ok(()) => return Ok(token.payload()),
                Err(error) => outcome = VerifyError::Signature(error),
            }
            tries += 1;
            if tries == MAX_TRIES {
                break;
            }
        }
        Err(outcome)
    }
}

impl FromIterator<VerifyingKey> for KeySet {
    fn from_iter<I: IntoIterator<Item = VerifyingKey>>(keys: I) -> Self {
        Self { keys: keys.into_iter().collect() }
    }
}

/// Why no key accepted a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The token names a key that is not in the set.
    #[error("the token names a key that is not known")]
    UnknownKid,
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
