//! Keys that must not be answered from memory: those of a commit whose end is unknown, and those of
//! a commit whose precondition failed. The next read asks the store, which settles the key.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Key;

/// The largest number of uncertain keys.
const MAX_UNCERTAIN: usize = 65_536;

#[derive(Debug, Default)]
pub(super) struct UncertainKeys {
    /// The number of uncertain keys; nearly always zero.
    count: AtomicUsize,
    uncertain: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    generation: u64,
    keys: HashMap<Key, u64>,
}

impl UncertainKeys {
    /// Adds keys. Returns `false` when there are too many; then everything must be read anew.
    pub(super) fn add(&self, keys: Vec<Key>) -> bool {
        let mut state = self.state();
        if state.keys.len() + keys.len() > MAX_UNCERTAIN {
            return false;
        }
        state.generation += 1;
        let generation = state.generation;
        state.keys.extend(keys.into_iter().map(|key| (key, generation)));
        self.count.store(state.keys.len(), SeqCst);
        true
    }

    pub(super) fn has(&self, key: &Key) -> bool {
        self.since(key).is_some()
    }

    /// The generation in which `key` became uncertain. Ask for it before the read that may settle
    /// the key.
    pub(super) fn since(&self, key: &Key) -> Option<u64> {
        if self.count.load(SeqCst) == 0 {
            return None;
        }
        self.state().keys.get(key).copied()
    }

    /// Settles a key after the store was read, if the key is still of that generation.
    pub(super) fn settle(&self, key: &Key, since: u64) {
        let mut state = self.state();
        if state.keys.get(key) == Some(&since) {
            state.keys.remove(key);
        }
        self.count.store(state.keys.len(), SeqCst);
    }

    /// Up to `limit` keys to settle.
    pub(super) fn some(&self, limit: usize) -> Vec<Key> {
        if self.count.load(SeqCst) == 0 {
            return Vec::new();
        }
        self.state().keys.keys().take(limit).cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.uncertain.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
