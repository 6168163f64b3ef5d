//! Public JSON Web Keys (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2) and their thumbprints (RFC 7638).
//! Invariant: a [`Jwk`] is bound to one algorithm and has no field for a private member.

use aws_lc_rs::digest;
use base::encoding::{base64url, parse_base64url};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::Algorithm;

/// A public key, bound to the one algorithm that it verifies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Members", into = "Members")]
pub struct Jwk {
    /// The key's name (RFC 7517 §4.5).
    pub kid: Option<String>,
    /// The numbers that make the key.
    pub material: Material,
}

/// The numbers of a public key; the kind fixes the algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Material {
    /// A point on P-256 (RFC 7518 §6.2), for ES256.
    P256 {
        /// Its x coordinate, big-endian.
        x: [u8; 32],
        /// Its y coordinate, big-endian.
        y: [u8; 32],
    },
    /// An Ed25519 public key (RFC 8037 §2), for EdDSA.
    Ed25519 {
        /// The encoded point.
        x: [u8; 32],
    },
    /// An RSA public key (RFC 7518 §6.3), for RS256.
    Rsa {
        /// The modulus, big-endian, without leading zeros; 2048 to 8192 bits.
        n: Vec<u8>,
        /// The exponent, big-endian, without leading zeros.
        e: Vec<u8>,
    },
}

impl Jwk {
    /// The one algorithm this key verifies.
    pub const fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::P256 { .. } => Algorithm::ES256,
            Material::Ed25519 { .. } => Algorithm::EdDSA,
            Material::Rsa { .. } => Algorithm::RS256,
        }
    }

    /// The SHA-256 thumbprint in base64url (RFC 7638 §3): a name derived from the key.
    pub fn thumbprint(&self) -> String {
        // The members are in the order of their names, as §3.3 requires.
        let canonical = match &self.material {
            Material::P256 { x, y } => {
                json!({"crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y)})
            }
            Material::Ed25519 { x } => json!({"crv": "Ed25519", "kty": "OKP", "x": base64url(x)}),
            Material::Rsa { n, e } => json!({"e": base64url(e), "kty": "RSA", "n": base64url(n)}),
        };
        base64url(digest::digest(&digest::SHA256, canonical.to_string().as_bytes()))
    }
}

/// Why a JSON object is not an acceptable public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// A private or symmetric member is present. Such a key must not be passed around.
    #[error("the JWK carries private material")]
    Private,
    /// `kty` and `crv` name a kind of key that is not supported.
    #[error("the JWK is of no supported kind (EC P-256, OKP Ed25519, RSA)")]
    UnsupportedKind,
    /// `alg` is not the algorithm of this kind of key.
    #[error("the JWK's `alg` does not fit its kind")]
    AlgorithmMismatch,
    /// `use` or `key_ops` excludes verifying signatures.
    #[error("the JWK is not meant for verifying signatures")]
    NotForSignatures,
    /// A member is missing, is not base64url, or has the wrong length.
    #[error("the JWK's `{0}` is missing or malformed")]
    Member(&'static str),
    /// An RSA key below 2048 bits, above 8192 bits, or with an unusable exponent.
    #[error("the JWK's RSA key is outside 2048 to 8192 bits or has an unfit exponent")]
    UnfitRsa,
}

/// The JSON form. The private members are read only to refuse them; they are never written.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Members {
    kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    #[serde(skip_serializing)]
    key_ops: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing)]
    d: Option<serde::de::IgnoredAny>,
    #[serde(skip_serializing)]
    p: Option<serde::de::IgnoredAny>,
    #[serde(skip_serializing)]
    q: Option<serde::de::IgnoredAny>,
    #[serde(skip_serializing)]
    k: Option<serde::de::IgnoredAny>,
}

impl TryFrom<Members> for Jwk {
    type Error = JwkError;

    fn try_from(members: Members) -> Result<Self, JwkError> {
        let private = [&members.d, &members.p, &members.q, &members.k];
        if private.into_iter().any(Option::is_some) {
            return Err(JwkError::Private);
        }
        let for_signatures = members.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && members.key_ops.iter().flatten().all(|operation| operation == "verify");
        if !for_signatures {
            return Err(JwkError::NotForSignatures);
        }
        let material = match (members.kty.as_str(), members.crv.as_deref()) {
            ("EC", Some("P-256")) => {
                Material::P256 { x: fixed(members.x, "x")?, y: fixed(members.y, "y")? }
            }
            ("OKP", Some("Ed25519")) => Material::Ed25519 { x: fixed(members.x, "x")? },
            ("RSA", None) => rsa(&bytes(members.n, "n")?, &bytes(members.e, "e")?)?,
            _ => return Err(JwkError::UnsupportedKind),
        };
        let key = Self { kid: members.kid, material };
        match members.alg {
            Some(alg) if alg != key.algorithm().as_str() => Err(JwkError::AlgorithmMismatch),
            _ => Ok(key),
        }
    }
}

impl From<Jwk> for Members {
    fn from(key: Jwk) -> Self {
        let common = Self {
            alg: Some(key.algorithm().as_str().to_owned()),
            purpose: Some("sig".to_owned()),
            kid: key.kid,
            ..Self::default()
        };
        match key.material {
            Material::P256 { x, y } => Self {
                kty: "EC".to_owned(),
                crv: Some("P-256".to_owned()),
                x: Some(base64url(x)),
                y: Some(base64url(y)),
                ..common
            },
            Material::Ed25519 { x } => Self {
                kty: "OKP".to_owned(),
                crv: Some("Ed25519".to_owned()),
                x: Some(base64url(x)),
                ..common
            },
            Material::Rsa { n, e } => Self {
                kty: "RSA".to_owned(),
                n: Some(base64url(n)),
                e: Some(base64url(e)),
                ..common
            },
        }
    }
}

fn bytes(member: Option<String>, name: &'static str) -> Result<Vec<u8>, JwkError> {
    member.and_then(parse_base64url).ok_or(JwkError::Member(name))
}

fn fixed(member: Option<String>, name: &'static str) -> Result<[u8; 32], JwkError> {
    bytes(member, name)?.try_into().map_err(|_| JwkError::Member(name))
}

fn rsa(n: &[u8], e: &[u8]) -> Result<Material, JwkError> {
    let (n, e) = (trim(n), trim(e));
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let fit = (256..=1024).contains(&n.len())
        && odd(n)
        && (1..=5).contains(&e.len())
        && odd(e)
        && e != [1];
    if fit { Ok(Material::Rsa { n: n.to_vec(), e: e.to_vec() }) } else { Err(JwkError::UnfitRsa) }
}

/// Some encoders prepend the sign byte of DER; the number is the same without it.
fn trim(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
#[path = "jwk_tests.rs"]
mod tests;
