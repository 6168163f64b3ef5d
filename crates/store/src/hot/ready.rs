//! Caches of unpacked entities and of missing names, bounded by their estimated bytes.

use std::hash::BuildHasher;

use base::Timestamp;
use domain::Entity;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, DefaultLifecycle};

use super::hashing::{Keyed, Prehashed, Slot};
use crate::{Key, Stored};

/// Bytes of an entry's key, value and slot in the table.
const ENTRY_BYTES: u64 = 192;
/// Bytes of a record without its texts.
const RECORD_BYTES: u64 = 512;
/// Bytes of a scope or of a user's membership.
const PART_BYTES: u64 = 64;
/// Bytes of a typical entry. It sizes the tables and is not a limit.
const TYPICAL_BYTES: u64 = 768;
/// Bytes for missing names. They have their own cache, so that a flood of invented names removes no
/// entity.
const MISSES_CAPACITY: u64 = 1 << 20;

pub(super) type Ready = Cache<Slot, Stored, ByWeight, Prehashed>;
pub(super) type Missing = Cache<Key, Timestamp, ByWeight, Keyed>;

#[derive(Clone, Copy, Debug)]
pub(super) struct ByWeight;

impl Weighter<Slot, Stored> for ByWeight {
    fn weight(&self, _slot: &Slot, stored: &Stored) -> u64 {
        ENTRY_BYTES + of(&stored.entity)
    }
}

impl Weighter<Key, Timestamp> for ByWeight {
    fn weight(&self, key: &Key, _since: &Timestamp) -> u64 {
        ENTRY_BYTES + name(key).map_or(0, |name| name.len() as u64)
    }
}

/// The approximate bytes of an entity. Credentials and grants are many, so they are not serialised
/// for this. The JSON form of the others is about as long as their texts.
fn of(entity: &Entity) -> u64 {
    let scopes =
        |scopes: Option<&oauth::ScopeSet>| scopes.map_or(0, |it| PART_BYTES * it.len() as u64);
    RECORD_BYTES
        + match entity {
            Entity::Credential(it) => it.label.len() as u64 + scopes(it.scopes()),
            Entity::Grant(it) => scopes(Some(&it.scopes)) + scopes(it.default_scopes.as_ref()),
            other => other.to_json().map_or(0, |json| json.len() as u64),
        }
}

pub(super) fn new(capacity: usize) -> Ready {
    cache(capacity as u64)
}

pub(super) fn missing() -> Missing {
    cache(MISSES_CAPACITY)
}

fn cache<K, V, H>(capacity: u64) -> Cache<K, V, ByWeight, H>
where
    K: Eq + std::hash::Hash + Clone,
    V: Clone,
    H: BuildHasher + Clone + Default,
    ByWeight: Weighter<K, V>,
{
    let estimated = usize::try_from(capacity / TYPICAL_BYTES).unwrap_or(usize::MAX);
    Cache::with(estimated, capacity, ByWeight, H::default(), DefaultLifecycle::default())
}

/// The name in a key, where it has one.
pub(super) fn name(key: &Key) -> Option<&str> {
    match key {
        Key::Id(..) => None,
        Key::PublicId(_, _, name) | Key::Handle(_, _, name) => Some(name),
    }
}
