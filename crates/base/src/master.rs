//! The master key and the keys that are derived from it.

use std::fmt;

use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use crate::encoding::{base64url, parse_base64url};
use crate::{DigestKey, Rng, Sealer};

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
        let current = self.derive(&format!("{purpose}, AES-256-GCM-SIV"));
        Sealer::new(&current, &self.derive(purpose))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRng;

    #[test]
    fn a_master_key_survives_its_text_form() {
        let key = MasterKey::generate(&SystemRng);
        let again = MasterKey::parse(&format!(" {}\n", key.to_text().as_str())).unwrap();
        assert_eq!(key.fingerprint(), again.fingerprint());
        assert!(MasterKey::parse("too short").is_err());
    }
}
