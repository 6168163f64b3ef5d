//! The signing keys of the issuer: the next one, those that ended, and a thief who has the one before.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use jose::{JwkSet, SigningKey};
use serde::Serialize;
use status::{Mark, RetiredKey, RevokedMark, SigningKeys, Update};

use super::{Issuer, PublishedState, fresh_key, sign};

/// Its keys beside the one that signs.
#[derive(Default)]
pub(super) struct Keys {
    next: Option<Arc<SigningKey>>,
    /// The key before.
    old: Option<Arc<SigningKey>>,
    retired: Option<RetiredKey>,
    withdrawn: Vec<String>,
    /// The key set that caches on the way answer with.
    pub(super) cached: Option<String>,
    /// The key of a thief.
    evil: OnceLock<Arc<SigningKey>>,
}

fn jwks_of(keys: &[&Arc<SigningKey>]) -> Vec<serde_json::Value> {
    let public = keys.iter().filter_map(|key| key.public());
    public.map(|jwk| serde_json::to_value(jwk).unwrap()).collect()
}

impl Issuer {
    /// Has a next key from now on, and says so in every document.
    pub(in super::super) fn introduce(&self) {
        let mut state = self.names_marks();
        state.keys.next = Some(fresh_key());
        state.say_keys(&self.url());
    }

    /// Withdraws its key and signs with the next one.
    pub(in super::super) fn withdraw(&self) {
        let mut state = self.names_marks();
        let next = state.keys.next.replace(fresh_key()).unwrap();
        let old = std::mem::replace(&mut state.key, next);
        state.keys.withdrawn.push(old.kid().to_owned());
        state.keys.old = Some(old);
        state.say_keys(&self.url());
    }

    /// Retires its key and signs with the next one.
    pub(in super::super) fn retire(&self) {
        let mut state = self.names_marks();
        let next = state.keys.next.replace(fresh_key()).unwrap();
        let old = std::mem::replace(&mut state.key, next);
        let since = state.now().div_euclid(1_000);
        state.keys.retired = Some(RetiredKey { kid: old.kid().to_owned(), since });
        state.keys.old = Some(old);
        state.say_keys(&self.url());
    }

    /// Signs with the key before.
    pub(in super::super) fn sign_with_old(&self, typ: &str, payload: &impl Serialize) -> String {
        sign(&self.names_marks().keys.old.clone().unwrap(), typ, payload)
    }

    /// Caches on the way answer with the key set of now from now on, whatever is asked.
    pub(in super::super) fn cache_key_set(&self) {
        let mut state = self.names_marks();
        state.keys.cached = Some(state.key_set());
    }

    /// Its public keys as of now.
    pub(in super::super) fn key_set(&self) -> JwkSet {
        serde_json::from_str(&self.names_marks().key_set()).unwrap()
    }

    /// How often its key set was fetched.
    pub(in super::super) fn key_sets(&self) -> usize {
        self.0.key_sets.load(Ordering::SeqCst)
    }

    /// A message of somebody who has the key before.
    pub(super) fn stolen(&self, state: &PublishedState) -> Option<String> {
        let old = state.keys.old.as_ref()?;
        let keys = [old, &state.key, state.keys.evil.get_or_init(fresh_key)];
        let sequence = state.sequence();
        let lie = Update {
            keys: true,
            back: state.bad.keys().copied().collect(),
            signing_keys: Some(SigningKeys { keys: jwks_of(&keys), ..SigningKeys::default() }),
            ..self.update(state, sequence, sequence + 1_000)
        };
        Some(sign(old, "feed+jwt", &lie))
    }

    /// Signs with the key that the thief introduces.
    pub(in super::super) fn sign_with_evil(&self, typ: &str, payload: &impl Serialize) -> String {
        sign(self.names_marks().keys.evil.get_or_init(fresh_key), typ, payload)
    }

    /// What a thief could say while the key is good: far ahead, and of a time to come.
    pub(in super::super) fn lie(&self, back: Mark, gone: Mark) -> Update {
        let state = self.names_marks();
        let gone = vec![RevokedMark { mark: gone, until: None }];
        let sequence = state.sequence();
        let lie =
            Update { back: vec![back], gone, ..self.update(&state, sequence, sequence + 1_000) };
        Update { as_of: lie.as_of + 86_400_000, ..lie }
    }

    /// The key that the thief introduces.
    pub(in super::super) fn evil_jwk(&self) -> serde_json::Value {
        jwks_of(&[self.names_marks().keys.evil.get_or_init(fresh_key)]).remove(0)
    }
}

impl PublishedState {
    /// What it says of its keys; nothing where it has no next one, as issuers did before.
    pub(super) fn said(&self) -> Option<SigningKeys> {
        let next = self.keys.next.as_ref()?;
        let mut keys = jwks_of(&[&self.key, next]);
        let retired: Vec<RetiredKey> = self.keys.retired.clone().into_iter().collect();
        if let (Some(old), false) = (&self.keys.old, retired.is_empty()) {
            keys.extend(jwks_of(&[old]));
        }
        Some(SigningKeys { keys, retired, withdrawn: self.keys.withdrawn.clone() })
    }

    fn say_keys(&mut self, iss: &str) {
        let after = self.sequence();
        self.log.push(Update {
            iss: iss.to_owned(),
            after,
            sequence: after + 1,
            as_of: self.now(),
            keys: true,
            signing_keys: self.said(),
            ..Update::default()
        });
    }

    pub(super) fn key_set(&self) -> String {
        let next = self.keys.next.as_ref().and_then(|key| key.public());
        let set: JwkSet = self.key.public().into_iter().chain(next).collect();
        serde_json::to_string(&set).unwrap()
    }
}
