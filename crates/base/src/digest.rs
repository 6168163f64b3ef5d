//! What is stored in place of a secret.

use std::fmt;
use std::marker::PhantomData;

use aws_lc_rs::hmac;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq as _;

use crate::Secret;
use crate::encoding::{base64url, parse_base64url};

/// The keyed SHA-256 (HMAC, RFC 2104) of a [`Secret<K>`].
///
/// The secrets it stands for are random and long, so a fast keyed digest is enough. Without the
/// master key, nobody can test guesses against a stolen table. Compare with [`DigestKey::matches`].
pub struct Digest<K>([u8; 32], PhantomData<fn() -> K>);

impl<K> Digest<K> {
    /// The bytes, for storage.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// From stored bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes, PhantomData)
    }
}

impl<K> Clone for Digest<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Digest<K> {}

impl<K> fmt::Debug for Digest<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}

impl<K> Serialize for Digest<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url(self.0))
    }
}

impl<'de, K> Deserialize<'de> for Digest<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        parse_base64url(text.as_bytes())
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self::from_bytes)
            .ok_or_else(|| serde::de::Error::custom("expected 32 bytes of base64url"))
    }
}

/// The plain SHA-256 of `message`, for values that are not secret.
pub fn sha256(message: &[u8]) -> [u8; 32] {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, message);
    let mut bytes = [0; 32];
    for (byte, of_hash) in bytes.iter_mut().zip(hash.as_ref()) {
        *byte = *of_hash;
    }
    bytes
}

/// Makes and checks digests. Derived from the master key (see [`crate::MasterKey::digest_key`]).
#[derive(Clone)]
pub struct DigestKey(hmac::Key);

impl DigestKey {
    /// A key made of 32 bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The digest to store for `secret`.
    pub fn digest<K>(&self, secret: &Secret<K>) -> Digest<K> {
        Digest::from_bytes(self.mac(secret.expose().as_bytes()))
    }

    /// Whether `secret` is the one `digest` was made of; in constant time.
    pub fn matches<K>(&self, secret: &Secret<K>, digest: &Digest<K>) -> bool {
        self.mac(secret.expose().as_bytes()).ct_eq(&digest.0).into()
    }

    /// The plain HMAC-SHA256 of `message`: for fingerprints that stay in the process.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&self.0, message);
        let mut bytes = [0; 32];
        for (byte, of_tag) in bytes.iter_mut().zip(tag.as_ref()) {
            *byte = *of_tag;
        }
        bytes
    }
}

impl fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestKey")
    }
}
