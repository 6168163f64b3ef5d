//! The master key and the keys that are derived from it.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use crate::encoding::{base64url, parse_base64url};
use crate::{DigestKey, Rng};

/// The one key that an operator keeps: 32 bytes, from a file or the environment. Every stored
/// secret is sealed or digested under a key derived from it (HKDF-SHA256, RFC 5869), one key per
/// purpose.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// A new random key.
    pub fn generate(rng: &dyn Rng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill(bytes.as_mut());
        Self(bytes)
    }

    /// Reads what [`MasterKey::to_text`] wrote; white space around it is allowed.
    ///
    /// # Errors
    /// [`ParseMasterKeyError`] when the text is not 32 bytes of base64url.
    pub fn parse(text: &str) -> Result<Self, ParseMasterKeyError> {
        let bytes = Zeroizing::new(parse_base64url(text.trim()).ok_or(ParseMasterKeyError)?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| ParseMasterKeyError)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The key as text, for its file.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(base64url(self.0.as_ref()))
    }

    /// The key for stored digests.
    pub fn digest_key(&self) -> DigestKey {
        DigestKey::new(&self.derive("postern digest v1"))
    }

    /// A digest key for one `purpose`, such as `"forms"`.
    pub fn key_for(&self, purpose: &str) -> DigestKey {
        DigestKey::new(&self.derive(purpose))
    }

    /// A cipher for one `purpose`, such as `"signing keys"`.
    pub fn sealer(&self, purpose: &str) -> Sealer {
        Sealer::new(&self.derive(purpose))
    }

    /// A name for this key that reveals nothing about it. It shows when a key is not the one of the
    /// database.
    pub fn fingerprint(&self) -> String {
        base64url(self.derive("postern fingerprint v1").first_chunk::<9>().unwrap_or(&[0; 9]))
    }

    #[allow(clippy::expect_used, reason = "HKDF fails only for outputs over 8160 bytes")]
    fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"postern");
        let mut okm = Zeroizing::new([0; 32]);
        salt.extract(self.0.as_ref())
            .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|expanded| expanded.fill(okm.as_mut()))
            .expect("32 bytes of HKDF output");
        okm
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey")
    }
}

/// The text is not a master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a master key: 32 bytes in base64url, 43 characters")]
pub struct ParseMasterKeyError;

/// Seals and opens small messages: AES-256-GCM with a random 96-bit nonce in front.
pub struct Sealer(LessSafeKey);

impl Sealer {
    #[allow(clippy::expect_used, reason = "an AES-256 key is 32 bytes, and this is")]
    fn new(key: &[u8; 32]) -> Self {
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("32 bytes of key")))
    }

    /// `nonce ‖ ciphertext ‖ tag`, 28 bytes longer than `plain`. `context` is authenticated but not
    /// included: [`Self::open`] needs the same `context`.
    #[allow(clippy::expect_used, reason = "AES-GCM fails only past 64 GiB")]
    pub fn seal(&self, rng: &dyn Rng, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(plain.len() + NONCE_LEN + 16);
        sealed.extend_from_slice(plain);
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context),
                &mut sealed,
            )
            .expect("a short message");
        sealed.extend_from_slice(tag.as_ref());
        sealed.splice(0..0, nonce);
        sealed
    }

    /// The sealed message, or `None` when the key, the context or a single bit differs.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut bytes = Zeroizing::new(ciphertext.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.0.open_in_place(nonce, Aad::from(context), &mut bytes).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRng;

    #[test]
    fn sealing_round_trips_and_any_change_is_noticed() {
        let sealer = MasterKey::generate(&SystemRng).sealer("test");
        let mut sealed = sealer.seal(&SystemRng, b"realm", b"hello");
        assert_eq!(sealer.open(b"realm", &sealed).unwrap().as_slice(), b"hello");
        assert!(sealer.open(b"other", &sealed).is_none());
        *sealed.last_mut().unwrap() ^= 1;
        assert!(sealer.open(b"realm", &sealed).is_none());
        assert!(sealer.open(b"realm", b"short").is_none());
    }

    #[test]
    fn a_master_key_survives_its_text_form() {
        let key = MasterKey::generate(&SystemRng);
        let again = MasterKey::parse(&format!(" {}\n", key.to_text().as_str())).unwrap();
        assert_eq!(key.fingerprint(), again.fingerprint());
        assert!(MasterKey::parse("too short").is_err());
    }
}
