//! Makes compact tokens (RFC 7515 §7.1), on the hot path. The encoded header is made once per key
//! and type. A signature then costs one allocation here and the cryptographic library's own work.

use std::sync::Arc;

use base::encoding::{base64url, push_base64url};
use serde::Serialize;

use crate::{Algorithm, SigningError, SigningKey};

/// A key together with the header its tokens carry.
#[derive(Clone, Debug)]
pub struct Signer {
    key: Arc<SigningKey>,
    typ: Option<String>,
    /// The encoded header and its dot.
    prefix: String,
}

#[derive(Serialize)]
struct Members<'a> {
    alg: Algorithm,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

impl Signer {
    /// Signs with `key` under a header of `alg`, `kid` and, if given, `typ` (such as `at+jwt`).
    pub fn new(key: Arc<SigningKey>, typ: Option<&str>) -> Self {
        let prefix = prefix(key.algorithm(), typ, Some(key.kid()));
        Self { key, typ: typ.map(str::to_owned), prefix }
    }

    /// The same key under a header of another `typ`.
    #[must_use]
    pub fn with_type(&self, typ: &str) -> Self {
        Self::new(Arc::clone(&self.key), Some(typ))
    }

    /// The same without `kid`, for a wire format whose published header has none.
    pub fn without_kid(self) -> Self {
        let prefix = prefix(self.key.algorithm(), self.typ.as_deref(), None);
        Self { prefix, ..self }
    }

    /// The key that signs.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// `header.payload.signature`.
    ///
    /// # Errors
    /// [`SigningError`] when the cryptographic library fails.
    pub fn sign(&self, payload: &[u8]) -> Result<String, SigningError> {
        let signature = self.key.signature_text_length();
        let length = self.prefix.len() + (payload.len() * 4).div_ceil(3) + 1 + signature;
        let mut token = String::with_capacity(length);
        token.push_str(&self.prefix);
        push_base64url(&mut token, payload);
        // The signature is appended to the text that it signs, so it is written to a small buffer
        // first.
        let mut tail = String::with_capacity(1 + signature);
        tail.push('.');
        self.key.sign(token.as_bytes(), &mut tail)?;
        token.push_str(&tail);
        Ok(token)
    }
}

fn prefix(alg: Algorithm, typ: Option<&str>, kid: Option<&str>) -> String {
    // Serialising three strings cannot fail. If it did, no verifier would accept the empty header.
    let json = serde_json::to_vec(&Members { alg, typ, kid }).unwrap_or_default();
    let mut prefix = base64url(json);
    prefix.push('.');
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Compact;

    #[test]
    fn the_header_is_as_asked_and_the_token_fills_its_allocation() {
        let key = Arc::new(SigningKey::from_secret(&[7; 32]).unwrap());
        let signer = Signer::new(Arc::clone(&key), Some("JWT"));
        let token = signer.sign(b"{}").unwrap();
        assert_eq!(token.len(), token.capacity());
        let header = Compact::parse(&token).unwrap().header().clone();
        assert_eq!(header.kid.as_deref(), Some(key.kid()));
        assert_eq!(header.typ.as_deref(), Some("JWT"));

        let bare = signer.without_kid().sign(b"{}").unwrap();
        assert!(bare.starts_with(&(base64url(r#"{"alg":"HS256","typ":"JWT"}"#) + ".")));
        let none = Signer::new(key, None).without_kid().sign(b"").unwrap();
        assert!(none.starts_with(&(base64url(r#"{"alg":"HS256"}"#) + "..")));
    }
}
