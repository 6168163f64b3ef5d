//! What memory must not answer for: what a commit wrote, or did not, that nobody told the end of, and
//! what a commit met as other than it was decided on. It is asked of the store, and that settles it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Key;

/// More cannot be in doubt one by one.
const MOST: usize = 65_536;

#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// How many there are: there are none nearly always.
    count: AtomicUsize,
    doubts: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    generation: u64,
    keys: HashMap<Key, u64>,
}

impl Doubts {
    /// Whether `keys` could be noted; otherwise everything should be read anew.
    pub(super) fn add(&self, keys: Vec<Key>) -> bool {
        let mut state = self.state();
        if state.keys.len() + keys.len() > MOST {
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

    /// Which doubt there is of `key`: to be asked before the read that may settle it.
    pub(super) fn since(&self, key: &Key) -> Option<u64> {
        if self.count.load(SeqCst) == 0 {
            return None;
        }
        self.state().keys.get(key).copied()
    }

    /// The store was read since that doubt came up.
    pub(super) fn settle(&self, key: &Key, since: u64) {
        let mut state = self.state();
        if state.keys.get(key) == Some(&since) {
            state.keys.remove(key);
        }
        self.count.store(state.keys.len(), SeqCst);
    }

    /// Some of them, to settle.
    pub(super) fn some(&self, limit: usize) -> Vec<Key> {
        if self.count.load(SeqCst) == 0 {
            return Vec::new();
        }
        self.state().keys.keys().take(limit).cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.doubts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
