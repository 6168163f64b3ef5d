//! Making, storing and using keys of every algorithm.

use base::rng::SequenceRng;

use super::*;
use crate::SignatureError;

fn signature(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let mut text = String::new();
    key.sign(message, &mut text).unwrap();
    assert_eq!(text.len(), key.signature_text_length());
    base::encoding::parse_base64url(text).unwrap()
}

#[test]
fn every_algorithm_signs_survives_storage_and_verifies() {
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm, &base::SystemRng).unwrap();
        let stored = key.to_private_bytes().unwrap();
        let again = SigningKey::from_private_bytes(algorithm, &stored).unwrap();
        assert_eq!(again.kid(), key.kid());
        assert_eq!(again.algorithm(), algorithm);

        let verifier = key.verifying_key().unwrap();
        let mut tag = signature(&again, b"message");
        assert_eq!(verifier.verify(b"message", &tag), Ok(()));
        assert_eq!(verifier.verify(b"massage", &tag), Err(SignatureError::Mismatch));
        *tag.last_mut().unwrap() ^= 1;
        assert_eq!(verifier.verify(b"message", &tag), Err(SignatureError::Mismatch));
        tag.pop();
        assert!(matches!(verifier.verify(b"message", &tag), Err(SignatureError::Length { .. })));
    }
}

#[test]
fn another_key_of_the_same_algorithm_does_not_verify() {
    for algorithm in Algorithm::ALL {
        let make = || SigningKey::generate(algorithm, &base::SystemRng).unwrap();
        let (ours, theirs) = (make(), make());
        assert_ne!(ours.kid(), theirs.kid());
        let tag = signature(&theirs, b"message");
        let verdict = ours.verifying_key().unwrap().verify(b"message", &tag);
        assert_eq!(verdict, Err(SignatureError::Mismatch));
    }
}

#[test]
fn hs256_has_no_public_half_and_a_reproducible_private_one() {
    let key = |seed| SigningKey::generate(Algorithm::HS256, &SequenceRng::new(seed)).unwrap();
    assert!(key(1).public().is_none());
    assert_eq!(key(1).kid(), key(1).kid());
    assert_ne!(key(1).kid(), key(2).kid());
    let secret = base64url(key(1).to_private_bytes().unwrap().as_slice());
    assert!(!secret.contains(key(1).kid()));
}

#[test]
fn rfc7518_3_2_short_secrets_are_refused() {
    assert_eq!(SigningKey::from_secret(&[7; 31]).unwrap_err(), KeyError::ShortSecret(31));
    assert!(SigningKey::from_secret(&[7; 32]).is_ok());
}

#[test]
fn a_key_is_not_read_as_another_kind() {
    let ed = SigningKey::generate(Algorithm::EdDSA, &base::SystemRng).unwrap();
    let der = ed.to_private_bytes().unwrap();
    for (algorithm, reason) in [
        (Algorithm::ES256, KeyError::Unfit),
        (Algorithm::RS256, KeyError::Unfit),
        (Algorithm::HS256, KeyError::Symmetric),
    ] {
        assert_eq!(SigningKey::from_pkcs8(algorithm, &der).unwrap_err(), reason);
    }
    assert_eq!(SigningKey::from_pkcs8(Algorithm::ES256, b"").unwrap_err(), KeyError::Unfit);
}

#[test]
fn debug_shows_the_name_and_no_private_half() {
    let key = SigningKey::from_secret(b"0123456789abcdef0123456789abcdef").unwrap();
    let shown = format!("{key:?} {:?}", key.verifying_key().unwrap());
    assert!(shown.contains("HS256") && shown.contains(key.kid()));
    assert!(!shown.contains("0123") && !shown.contains("48, 49"), "{shown}");
}

#[test]
fn a_point_off_the_curve_is_refused() {
    let jwk = Jwk { kid: None, material: Material::P256 { x: [1; 32], y: [1; 32] } };
    assert_eq!(VerifyingKey::from_jwk(&jwk).unwrap_err(), KeyError::Unfit);
}
