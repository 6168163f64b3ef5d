//! JWK sets (RFC 7517): public keys of another issuer, read and written without a private half.

use jose::{JwkSet, KeySet, VerifyingKey};

/// What a key has that is not public (RFC 7518 §6).
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The input is a JWK set.
pub(crate) fn run(data: &[u8]) {
    let Ok(set) = serde_json::from_slice::<JwkSet>(data) else { return };
    let written = serde_json::to_value(&set).expect("JSON");
    let again: JwkSet = serde_json::from_value(written.clone()).expect("a set");
    assert_eq!(again.keys, set.keys);
    let keys = written.get("keys").and_then(serde_json::Value::as_array).expect("a list");
    for key in keys {
        assert!(PRIVATE.iter().all(|name| key.get(name).is_none()));
    }
    for key in &set.keys {
        assert_eq!(key.thumbprint().len(), 43, "SHA-256 as base64url");
        if let Ok(verifying) = VerifyingKey::from_jwk(key) {
            assert_eq!(verifying.algorithm(), key.algorithm());
            assert!(verifying.verify(b"message", b"no signature").is_err());
        }
    }
    assert!(KeySet::from_jwks(&set).iter().count() <= set.keys.len());
}
