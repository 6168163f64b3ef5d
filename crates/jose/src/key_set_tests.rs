//! Which key is tried for which token, and which error each failure gets.

use std::sync::Arc;

use base::encoding::base64url;

use super::*;
use crate::{Signer, SigningKey};

fn key(algorithm: Algorithm) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(algorithm, &base::SystemRng).unwrap())
}

fn set(keys: &[&Arc<SigningKey>]) -> KeySet {
    keys.iter().map(|key| key.verifying_key().unwrap()).collect()
}

fn verdict(keys: &KeySet, token: &str) -> Result<Vec<u8>, VerifyError> {
    keys.verify(&Compact::parse(token).unwrap()).map(<[u8]>::to_vec)
}

#[test]
fn a_token_finds_its_key_by_name_or_by_algorithm() {
    let (old, new, other) = (key(Algorithm::ES256), key(Algorithm::ES256), key(Algorithm::EdDSA));
    let keys = set(&[&old, &other, &new]);
    for signing in [&old, &new, &other] {
        let signer = Signer::new(Arc::clone(signing), None);
        assert_eq!(verdict(&keys, &signer.sign(b"hi").unwrap()), Ok(b"hi".to_vec()));
        let without_name = signer.without_kid().sign(b"hi").unwrap();
        assert_eq!(verdict(&keys, &without_name), Ok(b"hi".to_vec()));
    }
}

#[test]
fn an_unknown_key_and_a_wrong_signature_are_different_errors() {
    let (ours, theirs) = (key(Algorithm::ES256), key(Algorithm::ES256));
    let keys = set(&[&ours]);
    let foreign = Signer::new(Arc::clone(&theirs), None);
    assert_eq!(verdict(&keys, &foreign.sign(b"").unwrap()), Err(VerifyError::UnknownKid));
    let without_name = foreign.without_kid().sign(b"").unwrap();
    let mismatch = Err(VerifyError::Signature(SignatureError::Mismatch));
    assert_eq!(verdict(&keys, &without_name), mismatch);
    let ed = Signer::new(key(Algorithm::EdDSA), None).without_kid().sign(b"").unwrap();
    assert_eq!(verdict(&keys, &ed), Err(VerifyError::NoKeyOf(Algorithm::EdDSA)));
    assert_eq!(verdict(&KeySet::default(), &ed), Err(VerifyError::NoKeyOf(Algorithm::EdDSA)));
}

#[test]
fn rfc8725_2_1_a_public_key_cannot_serve_as_hmac_secret() {
    let rsa = key(Algorithm::RS256);
    let jwk = rsa.public().unwrap();
    let published = serde_json::to_vec(&jwk).unwrap();
    let forger = Arc::new(SigningKey::from_secret(&published).unwrap());
    let header = base64url(format!(r#"{{"alg":"HS256","kid":"{}"}}"#, rsa.kid()));
    let mut token = format!("{header}.{}", base64url("{}"));
    let mut tag = String::new();
    forger.sign(token.as_bytes(), &mut tag).unwrap();
    token = format!("{token}.{tag}");
    let confusion =
        VerifyError::AlgorithmMismatch { key: Algorithm::RS256, token: Algorithm::HS256 };
    assert_eq!(verdict(&set(&[&rsa]), &token), Err(confusion));
}

#[test]
fn a_changed_payload_or_header_is_noticed() {
    let ours = key(Algorithm::EdDSA);
    let token = Signer::new(Arc::clone(&ours), None).sign(br#"{"sub":"ada"}"#).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let forged = format!("{}.{}.{}", parts[0], base64url(r#"{"sub":"eve"}"#), parts[2]);
    let mismatch = Err(VerifyError::Signature(SignatureError::Mismatch));
    assert_eq!(verdict(&set(&[&ours]), &forged), mismatch);
    let header = base64url(format!(r#"{{"alg":"EdDSA","kid":"{}","typ":"x"}}"#, ours.kid()));
    let forged = format!("{header}.{}.{}", parts[1], parts[2]);
    assert_eq!(verdict(&set(&[&ours]), &forged), mismatch);
}

#[test]
fn a_token_without_kid_is_tried_against_a_bounded_number_of_keys() {
    let mut keys = KeySet::default();
    for byte in 0..9 {
        keys.push(SigningKey::from_secret(&[byte; 32]).unwrap().verifying_key().unwrap());
    }
    let sign = |byte: u8| {
        let key = Arc::new(SigningKey::from_secret(&[byte; 32]).unwrap());
        Signer::new(key, None).without_kid().sign(b"").unwrap()
    };
    assert!(verdict(&keys, &sign(7)).is_ok());
    assert!(verdict(&keys, &sign(8)).is_err());
}

#[test]
fn a_key_without_name_is_tried_for_every_kid() {
    let ours = key(Algorithm::HS256);
    let keys = KeySet::from_iter([ours.verifying_key().unwrap().without_name()]);
    let header = base64url(r#"{"alg":"HS256","kid":"their name for it"}"#);
    let mut token = format!("{header}.{}.", base64url("{}"));
    let signed = token.trim_end_matches('.').to_owned();
    ours.sign(signed.as_bytes(), &mut token).unwrap();
    assert_eq!(verdict(&keys, &token), Ok(b"{}".to_vec()));
    let other = Signer::new(key(Algorithm::ES256), None).sign(b"{}").unwrap();
    assert_eq!(verdict(&keys, &other), Err(VerifyError::UnknownKid));
}

#[test]
fn a_withdrawn_key_accepts_nothing_under_any_name() {
    let (old, new) = (key(Algorithm::ES256), key(Algorithm::ES256));
    let mut keys = set(&[&old, &new]);
    keys.push(old.verifying_key().unwrap().without_name());
    let signer = Signer::new(Arc::clone(&old), None);
    let tokens = [signer.sign(b"{}").unwrap(), signer.without_kid().sign(b"{}").unwrap()];
    assert!(tokens.iter().all(|token| verdict(&keys, token).is_ok()));
    keys.withdraw(old.kid());
    assert_eq!(verdict(&keys, &tokens[0]), Err(VerifyError::WithdrawnKey));
    assert!(verdict(&keys, &tokens[1]).is_err(), "no name, and its key is still in the set");
    assert!(verdict(&keys, &Signer::new(new, None).sign(b"{}").unwrap()).is_ok());
}

#[test]
fn a_retired_key_accepts_only_what_was_issued_before() {
    let old = key(Algorithm::ES256);
    let mut keys = set(&[&old]);
    keys.retire(old.kid(), 1_000);
    keys.retire(old.kid(), 2_000);
    let signer = Signer::new(Arc::clone(&old), None);
    let of = |payload: &str| signer.sign(payload.as_bytes()).unwrap();
    for good in [r#"{"iat":999}"#, r#"{"iat":1060}"#, r#"{"iat":999.5}"#] {
        assert!(verdict(&keys, &of(good)).is_ok(), "{good}");
    }
    for bad in [r#"{"iat":1061}"#, "{}", r#"{"iat":"1"}"#, "hi"] {
        assert_eq!(verdict(&keys, &of(bad)), Err(VerifyError::RetiredKey), "{bad}");
    }
    let token = of(r#"{"iat":1}"#);
    let current = keys.verify_current(&Compact::parse(&token).unwrap()).map(drop);
    assert_eq!(current, Err(VerifyError::RetiredKey), "it signs no statement of today");
}

#[test]
fn a_withdrawn_secret_accepts_nothing_although_it_was_given_without_a_name() {
    let secret = Arc::new(SigningKey::from_secret(&[7; 32]).unwrap());
    let mut keys = KeySet::default();
    keys.push(secret.verifying_key().unwrap().without_name());
    let token = Signer::new(Arc::clone(&secret), None).without_kid().sign(b"{}").unwrap();
    assert!(verdict(&keys, &token).is_ok());
    keys.withdraw(secret.kid());
    assert!(verdict(&keys, &token).is_err());
}
