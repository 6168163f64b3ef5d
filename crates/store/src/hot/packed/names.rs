//! An index of names that do not follow from an identifier: from the hash of a name to the hashes
//! of the entities that may have it. It is only a hint: the caller checks that the entity has the
//! name.

use std::sync::{PoisonError, RwLock};

use hashbrown::HashTable;

const SHARDS: usize = 64;

/// The hash of a name, and the hash of an entity's kind and identifier.
type Hint = (u64, u64);

#[derive(Debug)]
pub(super) struct Names(Box<[RwLock<HashTable<Hint>>]>);

impl Default for Names {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| RwLock::default()).collect())
    }
}

impl Names {
    pub(super) fn add(&self, name: u64, entity: u64) {
        if let Some(shard) = self.shard(name) {
            let mut hints = shard.write().unwrap_or_else(PoisonError::into_inner);
            if hints.find(name, |hint| *hint == (name, entity)).is_none() {
                hints.insert_unique(name, (name, entity), |hint| hint.0);
            }
        }
    }

    pub(super) fn remove(&self, name: u64, entity: u64) {
        if let Some(shard) = self.shard(name) {
            let mut hints = shard.write().unwrap_or_else(PoisonError::into_inner);
            if let Ok(held) = hints.find_entry(name, |hint| *hint == (name, entity)) {
                held.remove();
            }
        }
    }

    /// Applies `look` to each entity that may have the name and returns the largest result.
    pub(super) fn best<T: Ord>(&self, name: u64, lookup: impl Fn(u64) -> Option<T>) -> Option<T> {
        let hints = self.shard(name)?.read().unwrap_or_else(PoisonError::into_inner);
        let hints = hints.iter_hash(name).filter(|hint| hint.0 == name);
        hints.filter_map(|hint| lookup(hint.1)).max()
    }

    /// Bytes of all tables.
    pub(super) fn bytes(&self) -> usize {
        let held = |shard: &RwLock<HashTable<Hint>>| {
            shard.read().unwrap_or_else(PoisonError::into_inner).allocation_size()
        };
        self.0.iter().map(held).sum()
    }

    // The table itself uses other bits of the hash.
    fn shard(&self, name: u64) -> Option<&RwLock<HashTable<Hint>>> {
        self.0.get((name >> 32) as usize % SHARDS)
    }
}
