//! Entities that are ready to use, and names that lead nowhere: bounded by what they weigh.

use std::hash::BuildHasher;

use base::Timestamp;
use domain::Entity;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, DefaultLifecycle};

use super::hashing::{Brought, Keyed, Slot};
use crate::{Key, Stored};

/// An entry's key, value and place in the table.
const ENTRY: u64 = 192;
/// A record itself, beside its texts.
const RECORD: u64 = 512;
/// A scope, or a user's place in an organization.
const PART: u64 = 64;
/// A common entry: sizes the tables, bounds nothing.
const TYPICAL: u64 = 768;
/// For names that lead nowhere: apart, so that a flood of made-up names pushes out no entity.
const MISSES_CAPACITY: u64 = 1 << 20;

pub(super) type Ready = Cache<Slot, Stored, ByWeight, Brought>;
pub(super) type Missing = Cache<Key, Timestamp, ByWeight, Keyed>;

#[derive(Clone, Copy, Debug)]
pub(super) struct ByWeight;

impl Weighter<Slot, Stored> for ByWeight {
    fn weight(&self, _slot: &Slot, stored: &Stored) -> u64 {
        ENTRY + of(&stored.entity)
    }
}

impl Weighter<Key, Timestamp> for ByWeight {
    fn weight(&self, key: &Key, _since: &Timestamp) -> u64 {
        ENTRY + name(key).map_or(0, |name| name.len() as u64)
    }
}

/// What an entity takes, roughly. Credentials and grants, which are many, are not written out for it;
/// of the others the JSON form is as long as their texts, give or take the field names.
fn of(entity: &Entity) -> u64 {
    let scopes = |scopes: Option<&oauth::ScopeSet>| scopes.map_or(0, |it| PART * it.len() as u64);
    RECORD
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
    let estimated = usize::try_from(capacity / TYPICAL).unwrap_or(usize::MAX);
    Cache::with(estimated, capacity, ByWeight, H::default(), DefaultLifecycle::default())
}

/// The name in a key, where it has one.
pub(super) fn name(key: &Key) -> Option<&str> {
    match key {
        Key::Id(..) => None,
        Key::PublicId(_, _, name) | Key::Handle(_, _, name) => Some(name),
    }
}
