//! JWTs, read by an independent library.

use base::encoding::parse_base64url;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use super::http;

/// Header and claims, not verified.
pub(crate) fn parts(token: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    let part = |text: &str| serde_json::from_slice(&parse_base64url(text).unwrap()).unwrap();
    (part(parts[0]), part(parts[1]))
}

/// Verifies the signature with the keys that the issuer publishes, and that `aud` is `audience`.
pub(crate) fn check(base: &str, token: &str, audience: &str) {
    let keys = http::get(base, "/jwks.json").send().expect(200);
    let keys: JwkSet = serde_json::from_slice(&keys.body).unwrap();
    let header = decode_header(token).unwrap();
    let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
    assert!(matches!(header.alg, Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA));
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[audience]);
    decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap();
}
