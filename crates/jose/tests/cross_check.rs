//! Cross-checks with an independent implementation: the `jsonwebtoken` crate reads our tokens and
//! keys, and this crate reads its tokens. Both directions, all four algorithms.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::sync::Arc;

use jose::{Algorithm, Compact, JwkSet, KeySet, Signer, SigningKey};
use jsonwebtoken as theirs;
use proptest::prelude::{ProptestConfig, any, proptest};
use serde_json::{Value, json};

const SECRET: &[u8] = b"an HS256 secret of at least thirty-two bytes";

fn key(algorithm: Algorithm) -> Arc<SigningKey> {
    let key = match algorithm {
        Algorithm::HS256 => SigningKey::from_secret(SECRET),
        _ => SigningKey::generate(algorithm, &base::SystemRng),
    };
    Arc::new(key.unwrap())
}

fn named(algorithm: Algorithm) -> theirs::Algorithm {
    algorithm.as_str().parse().unwrap()
}

/// Our public key, read by the other crate from the JSON that we publish.
fn their_decoding_key(key: &SigningKey) -> theirs::DecodingKey {
    match key.public() {
        None => theirs::DecodingKey::from_secret(SECRET),
        Some(jwk) => {
            let published = serde_json::to_value(&jwk).unwrap();
            let read: theirs::jwk::Jwk = serde_json::from_value(published).unwrap();
            theirs::DecodingKey::from_jwk(&read).unwrap()
        }
    }
}

/// Our private key, read by the other crate from the PKCS#8 that we store.
fn their_encoding_key(key: &SigningKey) -> theirs::EncodingKey {
    let private = key.to_private_bytes().unwrap();
    match key.algorithm() {
        Algorithm::ES256 => theirs::EncodingKey::from_ec_der(&private),
        Algorithm::EdDSA => theirs::EncodingKey::from_ed_der(&private),
        Algorithm::RS256 => {
            let body = base::encoding::base64(private.as_slice());
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
            theirs::EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
        }
        Algorithm::HS256 => theirs::EncodingKey::from_secret(&private),
    }
}

fn claims() -> Value {
    json!({"iss": "https://issuer.example", "sub": "ada", "exp": 4_102_444_800_i64})
}

#[test]
fn what_we_sign_verifies_there() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let token =
            Signer::new(Arc::clone(&key), Some("at+jwt")).sign(claims().to_string().as_bytes());
        let mut validation = theirs::Validation::new(named(algorithm));
        validation.validate_aud = false;
        let read: theirs::TokenData<Value> =
            theirs::decode(token.unwrap(), &their_decoding_key(&key), &validation).unwrap();
        assert_eq!(read.claims, claims(), "{algorithm}");
        assert_eq!(read.header.kid.as_deref(), Some(key.kid()));
        assert_eq!(read.header.typ.as_deref(), Some("at+jwt"));
    }
}

#[test]
fn what_they_sign_verifies_here() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let mut header = theirs::Header::new(named(algorithm));
        header.kid = Some(key.kid().to_owned());
        let token = theirs::encode(&header, &claims(), &their_encoding_key(&key)).unwrap();
        let keys = match key.public() {
            Some(jwk) => KeySet::from_jwks(&JwkSet::from_iter([jwk])),
            None => KeySet::from_iter([key.verifying_key().unwrap()]),
        };
        let token = Compact::parse(&token).unwrap();
        let payload: Value = serde_json::from_slice(keys.verify(&token).unwrap()).unwrap();
        assert_eq!(payload, claims(), "{algorithm}");
    }
}

#[test]
fn rfc7638_thumbprints_agree() {
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256] {
        let jwk = key(algorithm).public().unwrap();
        let read: theirs::jwk::Jwk =
            serde_json::from_value(serde_json::to_value(&jwk).unwrap()).unwrap();
        let thumbprint = read.thumbprint(theirs::jwk::ThumbprintHash::SHA256);
        assert_eq!(jwk.thumbprint(), thumbprint.unwrap(), "{algorithm}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_refused_or_read_but_never_panics(text in any::<String>()) {
        let _ = Compact::parse(&text);
        let _ = Compact::parse(&format!("eyJhbGciOiJFUzI1NiJ9.{text}.{text}"));
        let _ = SigningKey::from_private_jwk(&text);
        let _ = serde_json::from_str::<JwkSet>(&text);
    }

    #[test]
    fn one_changed_byte_anywhere_is_never_accepted(at in 0_usize..400, flip in 1_u8..128) {
        let key = Arc::new(SigningKey::from_secret(SECRET).unwrap());
        let keys = KeySet::from_iter([key.verifying_key().unwrap()]);
        let token = Signer::new(key, Some("at+jwt")).sign(claims().to_string().as_bytes()).unwrap();
        let mut bytes = token.into_bytes();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        if let Ok(text) = std::str::from_utf8(&bytes)
            && let Ok(parsed) = Compact::parse(text)
        {
            assert!(keys.verify(&parsed).is_err(), "byte {at} changed by {flip}");
        }
    }
}
