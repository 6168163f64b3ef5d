//! Private keys: generation, reading and writing. Invariant: a [`SigningKey`] was parsed once, is
//! usable, and shows its private half only through [`SigningKey::to_private_bytes`].

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use aws_lc_rs::{error::Unspecified, hmac};
use base::Rng;
use base::encoding::{base64url, push_base64url};
use zeroize::Zeroizing;

use crate::jwk::{Jwk, Material};
use crate::key_error::{KeyError, MIN_SECRET};
use crate::{Algorithm, VerifyingKey};

/// A key that signs, bound to one algorithm.
pub struct SigningKey {
    kid: String,
    pair: Pair,
}

pub(crate) enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
    Hs256 { secret: Zeroizing<Vec<u8>>, key: Box<hmac::Key> },
}

impl SigningKey {
    /// A new key; RSA gets 2048 bits. `rng` feeds HS256 secrets; asymmetric pairs are made by the
    /// cryptographic library, which takes randomness from its own generator only.
    ///
    /// # Errors
    /// [`KeyError::Generation`] when the library fails.
    pub fn generate(algorithm: Algorithm, rng: &dyn Rng) -> Result<Self, KeyError> {
        let failed = |_: Unspecified| KeyError::Generation;
        let pair = match algorithm {
            Algorithm::ES256 => Pair::Es256(
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?,
            ),
            Algorithm::EdDSA => Pair::EdDsa(Ed25519KeyPair::generate().map_err(failed)?),
            Algorithm::RS256 => {
                Pair::Rs256(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?))
            }
            Algorithm::HS256 => {
                let mut secret = Zeroizing::new([0; MIN_SECRET]);
                rng.fill(secret.as_mut());
                return Self::from_secret(secret.as_ref());
            }
        };
        Self::from_pair(pair)
    }

    /// Reads an unencrypted PKCS#8 document (RFC 5208) in DER.
    ///
    /// # Errors
    /// [`KeyError::Unfit`] when it is not a key of `algorithm`; [`KeyError::Symmetric`] for HS256.
    pub fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::ES256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map(Pair::Es256)
            }
            Algorithm::EdDSA => Ed25519KeyPair::from_pkcs8(der).map(Pair::EdDsa),
            Algorithm::RS256 => RsaKeyPair::from_pkcs8(der).map(|pair| Pair::Rs256(Box::new(pair))),
            Algorithm::HS256 => return Err(KeyError::Symmetric),
        };
        Self::from_pair(pair.map_err(|_| KeyError::Unfit)?)
    }

    /// An HS256 key of `secret`.
    ///
    /// # Errors
    /// [`KeyError::ShortSecret`] below [`MIN_SECRET`] bytes.
    pub fn from_secret(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < MIN_SECRET {
            return Err(KeyError::ShortSecret(secret.len()));
        }
        let key = Box::new(hmac::Key::new(hmac::HMAC_SHA256, secret));
        Self::from_pair(Pair::Hs256 { secret: Zeroizing::new(secret.to_vec()), key })
    }

    /// Reads what [`SigningKey::to_private_bytes`] wrote.
    ///
    /// # Errors
    /// As [`SigningKey::from_pkcs8`] and [`SigningKey::from_secret`].
    pub fn from_private_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, KeyError> {
        match algorithm {
            Algorithm::HS256 => Self::from_secret(bytes),
            _ => Self::from_pkcs8(algorithm, bytes),
        }
    }

    /// The private key itself, for its owner to seal: PKCS#8 in DER, or the HS256 secret.
    ///
    /// # Errors
    /// [`KeyError::Unfit`] when the library cannot write the key.
    pub fn to_private_bytes(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = match &self.pair {
            Pair::Es256(pair) => pair.to_pkcs8v1(),
            Pair::EdDsa(pair) => pair.to_pkcs8v1(),
            Pair::Rs256(pair) => {
                let der = pair.as_der().map_err(|_| KeyError::Unfit)?;
                return Ok(Zeroizing::new(der.as_ref().to_vec()));
            }
            Pair::Hs256 { secret, .. } => return Ok(secret.clone()),
        };
        Ok(Zeroizing::new(document.map_err(|_| KeyError::Unfit)?.as_ref().to_vec()))
    }

    /// The key's name: the thumbprint of its public half (RFC 7638). HS256 has no public half; its
    /// name is a MAC under the secret, which reveals nothing about the secret.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm this key signs with.
    pub const fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Es256(_) => Algorithm::ES256,
            Pair::EdDsa(_) => Algorithm::EdDSA,
            Pair::Rs256(_) => Algorithm::RS256,
            Pair::Hs256 { .. } => Algorithm::HS256,
        }
    }

    /// The public half, with its name; `None` for HS256, which has none.
    pub fn public(&self) -> Option<Jwk> {
        material(&self.pair).map(|material| Jwk { kid: Some(self.kid.clone()), material })
    }

    /// The key that checks what this one signs.
    ///
    /// # Errors
    /// [`KeyError::Unfit`] when the library refuses its own public half.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        match &self.pair {
            Pair::Hs256 { key, .. } => Ok(VerifyingKey::shared(&self.kid, (**key).clone())),
            _ => VerifyingKey::from_jwk(&self.public().ok_or(KeyError::Unfit)?),
        }
    }

    /// Signs `message` and appends the signature to `out` in base64url.
    ///
    /// # Errors
    /// [`SigningError`] when the library fails; `out` is then unchanged.
    pub fn sign(&self, message: &[u8], out: &mut String) -> Result<(), SigningError> {
        let failed = |_: Unspecified| SigningError;
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Es256(pair) => {
                push_base64url(out, pair.sign(&random, message).map_err(failed)?);
            }
            Pair::EdDsa(pair) => push_base64url(out, pair.try_sign(message).map_err(failed)?),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(failed)?;
                push_base64url(out, signature);
            }
            Pair::Hs256 { key, .. } => push_base64url(out, hmac::sign(key, message)),
        }
        Ok(())
    }

    /// Length of a signature in base64url, in bytes.
    pub(crate) fn signature_text_length(&self) -> usize {
        let bytes: usize = match &self.pair {
            Pair::Es256(_) | Pair::EdDsa(_) => 64,
            Pair::Rs256(pair) => pair.public_modulus_len(),
            Pair::Hs256 { .. } => 32,
        };
        (bytes * 4).div_ceil(3)
    }

    pub(crate) fn from_pair(pair: Pair) -> Result<Self, KeyError> {
        let kid = match (&pair, material(&pair)) {
            (_, Some(material)) => Jwk { kid: None, material }.thumbprint(),
            (Pair::Hs256 { key, .. }, None) => {
                let tag = hmac::sign(key, b"postern kid v1");
                base64url(tag.as_ref().first_chunk::<16>().ok_or(KeyError::Unfit)?)
            }
            (_, None) => return Err(KeyError::Unfit),
        };
        Ok(Self { kid, pair })
    }
}

impl TryFrom<&SigningKey> for VerifyingKey {
    type Error = KeyError;

    fn try_from(key: &SigningKey) -> Result<Self, KeyError> {
        key.verifying_key()
    }
}

fn material(pair: &Pair) -> Option<Material> {
    match pair {
        Pair::Es256(pair) => {
            let (_, coordinates) = pair.public_key().as_ref().split_first()?;
            let (x, y) = coordinates.split_first_chunk()?;
            Some(Material::P256 { x: *x, y: y.try_into().ok()? })
        }
        Pair::EdDsa(pair) => {
            Some(Material::Ed25519 { x: pair.public_key().as_ref().try_into().ok()? })
        }
        Pair::Rs256(pair) => {
            let public = pair.public_key();
            let n = public.modulus().big_endian_without_leading_zero().to_vec();
            let e = public.exponent().big_endian_without_leading_zero().to_vec();
            Some(Material::Rsa { n, e })
        }
        Pair::Hs256 { .. } => None,
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// The cryptographic library failed to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic library failed to sign")]
pub struct SigningError;

#[cfg(test)]
#[path = "signing_key_tests.rs"]
mod tests;
