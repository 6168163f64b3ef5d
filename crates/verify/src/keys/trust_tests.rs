//! Whom a verifier believes about keys.

use jose::{Algorithm, SigningKey};
use status::{RetiredKey, SigningKeys};

use super::*;

fn key() -> (Jwk, VerifyingKey) {
    let jwk = SigningKey::generate(Algorithm::ES256, &base::SystemRng).unwrap().public().unwrap();
    let verifying = VerifyingKey::from_jwk(&jwk).unwrap();
    (jwk, verifying)
}

fn said(keys: &[&Jwk], withdrawn: &[&Jwk]) -> SigningKeys {
    SigningKeys {
        keys: keys.iter().map(|key| serde_json::to_value(key).unwrap()).collect(),
        retired: Vec::new(),
        withdrawn: withdrawn.iter().map(|key| key.thumbprint()).collect(),
    }
}

fn kids(trust: &Trust) -> Vec<String> {
    trust.with(None).keys.iter().filter_map(|key| key.kid().map(str::to_owned)).collect()
}

#[test]
fn a_statement_must_not_contradict_its_own_signature() {
    let ((one, signer), (two, _)) = (key(), key());
    let trust = Trust::new([signer.clone()].into_iter().collect());
    let before = trust.with(None).generation;
    assert!(!trust.learn(&said(&[&two], &[]), &signer, None), "the signer is not among the keys");
    assert!(!trust.learn(&said(&[&one, &two], &[&one]), &signer, None), "it withdraws itself");
    let mut retires = said(&[&one, &two], &[]);
    retires.retired.push(RetiredKey { kid: one.thumbprint(), since: 1 });
    assert!(!trust.learn(&retires, &signer, None), "it is retired by its own word");
    let mut endless = said(&[&one], &[]);
    endless.withdrawn = (0..=status::MAX_SIGNING_KEYS).map(|at| at.to_string()).collect();
    assert!(!trust.learn(&endless, &signer, None), "a limit");
    assert_eq!(trust.with(None).generation, before, "nothing of it counts");
    assert!(trust.learn(&said(&[&one, &two], &[]), &signer, None));
    assert_eq!(kids(&trust).len(), 2);
}

#[test]
fn a_withdrawn_key_never_comes_back_and_an_older_statement_takes_nothing_away() {
    let ((one, first), (two, second), (three, _)) = (key(), key(), key());
    let trust = Trust::new([first.clone()].into_iter().collect());
    assert!(trust.learn(&said(&[&one, &two], &[]), &first, None));
    assert!(trust.learn(&said(&[&two, &three], &[&one]), &second, None));
    let after = trust.with(None);
    // Late, repeated, and of a node that does not know yet.
    assert!(trust.learn(&said(&[&one, &two], &[]), &second, None));
    assert!(trust.learn(&said(&[&two], &[]), &second, None));
    let now = trust.with(None);
    let names = |trusted: &Trusted| format!("{:?}", trusted.keys);
    assert!(names(&now).contains(&three.thumbprint()));
    assert!(names(&after).contains(&three.thumbprint()));
    assert!(trust.stated().withdrawn.contains(&one.thumbprint()));
}

#[test]
fn the_same_statement_again_changes_nothing() {
    let ((one, signer), (two, _)) = (key(), key());
    let trust = Trust::new([signer.clone()].into_iter().collect());
    let said = said(&[&one, &two], &[]);
    assert!(trust.learn(&said, &signer, None));
    let before = trust.with(None).generation;
    assert!(trust.learn(&said, &signer, None));
    assert_eq!(trust.with(None).generation, before, "remembered tokens stay remembered");
}
