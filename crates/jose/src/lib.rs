//! JSON Object Signing: compact JWS (RFC 7515), JWK and JWK Set (RFC 7517), and the four
//! algorithms Postern speaks (RFC 7518, RFC 8037).
//!
//! Three ideas keep the classic mistakes out:
//! - a key is bound to **one** algorithm when it is read, so a token's header never chooses how a
//!   key is used and an RSA public key cannot serve as an HMAC secret;
//! - `none` is not a value of [`Algorithm`];
//! - private halves live in [`SigningKey`] alone: a [`Jwk`] has no field to hold one.
//!
//! Keys are parsed once and kept. Every refusal has its own error variant, and no error carries
//! key material or the text of a token.
//!
//! ```
//! use std::sync::Arc;
//! use jose::{Algorithm, Compact, KeySet, Signer, SigningKey};
//!
//! let key = Arc::new(SigningKey::generate(Algorithm::ES256, &base::SystemRng)?);
//! let token = Signer::new(Arc::clone(&key), Some("at+jwt")).sign(br#"{"sub":"ada"}"#)?;
//!
//! let keys = KeySet::from_iter([key.verifying_key()?]);
//! assert_eq!(keys.verify(&Compact::parse(&token)?)?, br#"{"sub":"ada"}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algorithm;
mod compact;
mod header;
mod json;
mod jwk;
mod jwk_set;
mod key_error;
mod key_set;
mod private_jwk;
mod signer;
mod signing_key;
mod verifying_key;

pub use algorithm::{Algorithm, UnknownAlgorithmError};
pub use compact::{Compact, MAX_LENGTH, Part, TokenError};
pub use header::{Header, HeaderError};
pub use json::{ObjectError, parse_object};
pub use jwk::{Jwk, JwkError, Material};
pub use jwk_set::JwkSet;
pub use key_error::{KeyError, MIN_SECRET};
pub use key_set::{KeySet, VerifyError};
pub use signer::Signer;
pub use signing_key::{SigningError, SigningKey};
pub use verifying_key::{SignatureError, VerifyingKey};
