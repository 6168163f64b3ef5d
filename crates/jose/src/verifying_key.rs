//! Checks signatures. Invariant: a key verifies only with the algorithm that it was read for. The
//! token's header does not influence this.

use std::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents,
};

use crate::Algorithm;
use crate::jwk::{Jwk, Material};
use crate::key_error::KeyError;

/// A key that checks signatures of one algorithm; parsed once.
#[derive(Clone)]
pub struct VerifyingKey {
    kid: Option<String>,
    /// The key's name by its own numbers (RFC 7638), or by its secret.
    thumbprint: Box<str>,
    inner: Inner,
}

#[derive(Clone)]
enum Inner {
    Public { algorithm: Algorithm, key: ParsedPublicKey, signature_length: usize },
    Shared(Box<hmac::Key>),
}

impl VerifyingKey {
    /// The key of a JWK, under the JWK's own `kid`.
    ///
    /// # Errors
    /// [`KeyError::Unfit`] when the numbers are not a usable key, such as a point off the curve.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        let (key, signature_length) = match &jwk.material {
            Material::P256 { x, y } => {
                let point = [&[4], x.as_slice(), y].concat();
                (ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point), 64)
            }
            Material::Ed25519 { x } => (ParsedPublicKey::new(&ED25519, x), 64),
            Material::Rsa { n, e } => {
                let components = RsaPublicKeyComponents { n, e };
                (components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256), n.len())
            }
        };
        let key = key.map_err(|_| KeyError::Unfit)?;
        let inner = Inner::Public { algorithm: jwk.algorithm(), key, signature_length };
        Ok(Self { kid: jwk.kid.clone(), thumbprint: jwk.thumbprint().into(), inner })
    }

    pub(crate) fn shared(kid: &str, key: hmac::Key) -> Self {
        Self {
            kid: Some(kid.to_owned()),
            thumbprint: kid.into(),
            inner: Inner::Shared(Box::new(key)),
        }
    }

    /// The same key without a name. It is tried for tokens that name any key.
    #[must_use]
    pub fn without_name(self) -> Self {
        Self { kid: None, ..self }
    }

    /// The key's name.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Its names: `kid`, and the thumbprint of the key itself, which another `kid` cannot hide.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.kid.as_deref().into_iter().chain([&*self.thumbprint])
    }

    /// The one algorithm this key verifies.
    pub const fn algorithm(&self) -> Algorithm {
        match &self.inner {
            Inner::Public { algorithm, .. } => *algorithm,
            Inner::Shared(_) => Algorithm::HS256,
        }
    }

    /// Checks `signature` over `message`; in constant time where a secret is involved.
    ///
    /// # Errors
    /// [`SignatureError`] when this key did not make the signature.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let expected = self.signature_length();
        if signature.len() != expected {
            return Err(SignatureError::Length { expected, found: signature.len() });
        }
        let outcome = match &self.inner {
            Inner::Public { key, .. } => key.verify_sig(message, signature),
            Inner::Shared(key) => hmac::verify(key, message, signature),
        };
        outcome.map_err(|_| SignatureError::Mismatch)
    }

    const fn signature_length(&self) -> usize {
        match &self.inner {
            Inner::Public { signature_length, .. } => *signature_length,
            Inner::Shared(_) => 32,
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm())
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// Why a signature is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The signature has the wrong length, in bytes. An ES256 signature in DER rather than as `r ‖
    /// s` (RFC 7518 §3.4) gets this error.
    #[error("the signature has {found} bytes, and this key's have {expected}")]
    Length {
        /// The length of this key's signatures.
        expected: usize,
        /// The length presented.
        found: usize,
    },
    /// The signature was made by another key or over another message.
    #[error("the signature was not made by this key over this content")]
    Mismatch,
}
