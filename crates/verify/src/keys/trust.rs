//! Which keys a verifier trusts at the moment: those given to it, those that it fetched, and those
//! that the issuer itself introduced in its feed, snapshots and status lists, without all that the
//! issuer withdrew (decision 0025).
//!
//! Invariants: a withdrawn key never comes back, whoever says so. A key that only a withdrawn key
//! can have introduced is not trusted. A statement counts only if a key that is good made it, by its
//! own content, too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use jose::{Jwk, JwkSet, KeySet, VerifyingKey};
use status::SigningKeys;

use super::remote::Loaded;

/// The largest number of keys that are kept from statements.
const MAX_STATED: usize = 256;
/// The largest number of names of withdrawn, and of retired, keys that are kept.
const MAX_NAMES: usize = 4 * status::MAX_SIGNING_KEYS;

/// The trust of a verifier in keys.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    given: KeySet,
    stated: Mutex<Stated>,
    now: ArcSwap<Trusted>,
}

/// What the issuer said of its keys so far.
#[derive(Debug, Default)]
struct Stated {
    keys: Vec<Jwk>,
    retired: BTreeMap<String, i64>,
    withdrawn: BTreeSet<String>,
}

/// The keys that are trusted.
#[derive(Debug, Default)]
pub(crate) struct Trusted {
    pub(crate) keys: KeySet,
    /// Rises with every change of the keys.
    pub(crate) generation: u64,
    /// The generation of the fetched keys among them; 0 for none.
    fetched: u64,
    /// The number of keys that are known to be withdrawn.
    withdrawn: usize,
}

impl Trust {
    pub(crate) fn new(given: KeySet) -> Self {
        let now = Trusted { keys: given.clone(), ..Trusted::default() };
        Self { given, stated: Mutex::default(), now: ArcSwap::from_pointee(now) }
    }

    /// The keys given by the configuration.
    pub(crate) const fn fixed(&self) -> &KeySet {
        &self.given
    }

    /// The generation of the trusted keys, and that of the fetched ones among them.
    pub(crate) fn generations(&self) -> (u64, u64) {
        let now = self.now.load();
        (now.generation, now.fetched)
    }

    /// The number of keys that are known to be withdrawn.
    pub(crate) fn withdrawn(&self) -> usize {
        self.now.load().withdrawn
    }

    /// The keys that are trusted now. `fetched` are those that the issuer publishes.
    pub(crate) fn with(&self, fetched: Option<&Loaded>) -> Arc<Trusted> {
        let now = self.now.load_full();
        if now.fetched == fetched.map_or(0, |it| it.generation) {
            return now;
        }
        self.rebuild(&self.stated(), fetched)
    }

    /// Takes what the issuer says of its keys. `signer` is the key that signed it. Returns whether
    /// that is acceptable.
    pub(crate) fn learn(
        &self,
        said: &SigningKeys,
        signer: &VerifyingKey,
        fetched: Option<&Loaded>,
    ) -> bool {
        let is_own = |name: &str| said.withdraws(name) || said.retires(name);
        if !said.is_within_limits() || signer.names().any(is_own) {
            return false;
        }
        let keys: Vec<Jwk> =
            said.keys.iter().filter_map(|key| serde_json::from_value(key.clone()).ok()).collect();
        let names = |key: &Jwk| {
            signer.names().any(|name| key.thumbprint() == name || key.kid.as_deref() == Some(name))
        };
        if !keys.iter().any(names) {
            return false;
        }
        let mut stated = self.stated();
        let is_new = |kid: &&String| !stated.withdrawn.contains(*kid);
        let withdrawn: Vec<String> = said.withdrawn.iter().filter(is_new).cloned().collect();
        if stated.withdrawn.len() + withdrawn.len() > MAX_NAMES {
            return false;
        }
        let mut changed = !withdrawn.is_empty();
        if changed {
            // What was introduced before may be the withdrawn key's work. What is good is said anew.
            stated.keys.clear();
        }
        stated.withdrawn.extend(withdrawn);
        for retired in said.retired.iter().take(MAX_NAMES) {
            let known = stated.retired.get(&retired.kid).copied();
            if known.is_none_or(|known| retired.since < known) && stated.retired.len() < MAX_NAMES {
                stated.retired.insert(retired.kid.clone(), retired.since);
                changed = true;
            }
        }
        changed |= stated.introduce(keys);
        if changed {
            self.rebuild(&stated, fetched);
        }
        true
    }

    fn rebuild(&self, stated: &Stated, fetched: Option<&Loaded>) -> Arc<Trusted> {
        let published = fetched.map(|it| &it.published);
        let made = Arc::new(Trusted {
            keys: stated.trusted(&self.given, published),
            generation: self.now.load().generation + 1,
            fetched: fetched.map_or(0, |it| it.generation),
            withdrawn: stated.withdrawn.len(),
        });
        self.now.store(Arc::clone(&made));
        made
    }

    fn stated(&self) -> MutexGuard<'_, Stated> {
        self.stated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stated {
    /// Adds keys that are not known. Returns whether there were any.
    fn introduce(&mut self, keys: Vec<Jwk>) -> bool {
        let fresh: Vec<Jwk> = keys.iter().filter(|key| !self.keys.contains(key)).cloned().collect();
        if fresh.is_empty() {
            return false;
        }
        if self.keys.len() + fresh.len() > MAX_STATED {
            self.keys = keys;
            self.keys.truncate(MAX_STATED);
        } else {
            self.keys.extend(fresh);
        }
        true
    }

    /// All keys that are trusted, each once.
    fn trusted(&self, given: &KeySet, published: Option<&JwkSet>) -> KeySet {
        let published = published.into_iter().flat_map(|set| &set.keys);
        let read = self.keys.iter().chain(published);
        let read = read.filter_map(|jwk| VerifyingKey::from_jwk(jwk).ok());
        let (mut keys, mut known) = (KeySet::default(), BTreeSet::new());
        for key in given.iter().cloned().chain(read) {
            let names: Vec<String> = key.names().map(str::to_owned).collect();
            if known.insert((key.kid().map(str::to_owned), names)) {
                keys.push(key);
            }
        }
        for (kid, since) in &self.retired {
            keys.retire(kid.clone(), *since);
        }
        self.withdrawn.iter().for_each(|kid| keys.withdraw(kid.clone()));
        keys
    }
}

#[cfg(test)]
#[path = "trust_tests.rs"]
mod tests;
