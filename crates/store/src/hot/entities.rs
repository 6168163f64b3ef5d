//! Entities in memory, and names under which there are none.
//!
//! Truth hangs on two things. An entity is kept once, under its identifier; a name is only a hint
//! to an identifier, and counts while the entity found there still bears it: a commit that renames
//! need not know the old name. And what a reader fetched is kept only if no commit of entities
//! began or ended since before the fetch ([`Gate::generation`]) and none of that key is under way
//! ([`Gate::writing`]); both are checked under the lock under which commits forget.

use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Entity;
use quick_cache::sync::{Cache, DefaultLifecycle};

use super::weight::{self, ByWeight, Weighs};
use crate::{Key, Stored};

/// For names that lead nowhere: apart, so that a flood of made-up names pushes out no entity.
const MISSES_CAPACITY: u64 = 1 << 20;
/// A longer name is no honest one, and is not remembered.
const LONGEST_NAME: usize = 512;

type Weighted<V> = Cache<Key, V, ByWeight, RandomState>;

#[derive(Debug)]
pub(super) struct Entities {
    found: Weighted<Slot>,
    missing: Weighted<Nothing>,
    gate: Mutex<Gate>,
}

#[derive(Debug, Default)]
struct Gate {
    generation: u64,
    writing: HashMap<Key, usize>,
}

#[derive(Clone, Debug)]
enum Slot {
    Entity { stored: Stored, weight: u64 },
    Alias { id: u128 },
}

#[derive(Clone, Debug)]
struct Nothing;

impl Weighs for Slot {
    fn weight(&self) -> u64 {
        match self {
            Self::Entity { weight, .. } => *weight,
            Self::Alias { .. } => 0,
        }
    }
}

impl Weighs for Nothing {
    fn weight(&self) -> u64 {
        0
    }
}

impl Entities {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            found: cache(capacity as u64),
            missing: cache(MISSES_CAPACITY),
            gate: Mutex::default(),
        }
    }

    /// What is known of `key`: an entity, that there is none (`Some(None)`), or nothing.
    pub(super) fn lookup(&self, key: &Key) -> Option<Option<Stored>> {
        match self.found.get(key) {
            Some(Slot::Entity { stored, .. }) => return Some(Some(stored)),
            Some(Slot::Alias { id }) => {
                if let Some(Slot::Entity { stored, .. }) = self.found.get(&Key::Id(kind(key), id))
                    && bears(&stored.entity, key)
                {
                    return Some(Some(stored));
                }
            }
            None => {}
        }
        self.missing.get(key).map(|Nothing| None)
    }

    /// To be asked before a fetch whose result is to be remembered.
    pub(super) fn generation(&self) -> u64 {
        self.gate().generation
    }

    /// Keeps what a fetch of `key` found, if it is still true: `as_of` is the generation before it.
    pub(super) fn remember(&self, key: &Key, found: Option<&Stored>, as_of: u64) {
        let slot = found.map(|stored| {
            let id = Key::Id(stored.entity.kind(), stored.entity.id());
            (id, Slot::Entity { stored: stored.clone(), weight: weight::of(&stored.entity) })
        });
        let gate = self.gate();
        if gate.generation != as_of || name(key).is_some_and(|name| name.len() > LONGEST_NAME) {
            return;
        }
        match (slot, found) {
            (Some((id, slot)), Some(stored)) if !gate.writing.contains_key(&id) => {
                self.found.insert(id, slot);
                if name(key).is_some() {
                    self.found.insert(key.clone(), Slot::Alias { id: stored.entity.id() });
                }
            }
            (None, None) if !gate.writing.contains_key(key) => {
                self.missing.insert(key.clone(), Nothing);
            }
            _ => {}
        }
    }

    /// A commit that writes `keys` is about to start: until it ended they are neither known nor
    /// learnt.
    pub(super) fn begin(&self, keys: &[Key]) {
        if keys.is_empty() {
            return;
        }
        let mut gate = self.gate();
        gate.generation += 1;
        for key in keys {
            *gate.writing.entry(key.clone()).or_default() += 1;
            self.found.remove(key);
            self.missing.remove(key);
        }
    }

    /// It has ended, one way or another.
    pub(super) fn end(&self, keys: &[Key]) {
        if keys.is_empty() {
            return;
        }
        let mut gate = self.gate();
        gate.generation += 1;
        for key in keys {
            if let Some(writers) = gate.writing.get_mut(key) {
                *writers -= 1;
                if *writers == 0 {
                    gate.writing.remove(key);
                }
            }
        }
    }

    /// What is held, in the bytes that are counted.
    #[cfg(test)]
    pub(super) fn weight(&self) -> u64 {
        self.found.weight() + self.missing.weight()
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cache<V: Weighs + Clone>(capacity: u64) -> Weighted<V> {
    let estimated = usize::try_from(capacity / weight::TYPICAL).unwrap_or(usize::MAX);
    let (hasher, lifecycle) = (RandomState::new(), DefaultLifecycle::default());
    Cache::with(estimated, capacity, ByWeight, hasher, lifecycle)
}

/// Every key that finds `entity`.
pub(super) fn push_keys(entity: &Entity, keys: &mut Vec<Key>) {
    let kind = entity.kind();
    keys.push(Key::Id(kind, entity.id()));
    if let Some(public_id) = entity.public_id() {
        keys.push(Key::PublicId(kind, entity.realm().clone(), public_id.into()));
    }
    if let Some(handle) = entity.handle() {
        keys.push(Key::Handle(kind, entity.realm().clone(), handle.into()));
    }
}

fn bears(entity: &Entity, key: &Key) -> bool {
    let (realm, name, own) = match key {
        Key::Id(_, id) => return entity.id() == *id,
        Key::PublicId(_, realm, name) => (realm, name, entity.public_id()),
        Key::Handle(_, realm, name) => (realm, name, entity.handle()),
    };
    own == Some(&**name) && entity.realm() == realm
}

pub(super) fn name(key: &Key) -> Option<&str> {
    match key {
        Key::Id(..) => None,
        Key::PublicId(_, _, name) | Key::Handle(_, _, name) => Some(name),
    }
}

const fn kind(key: &Key) -> domain::Kind {
    match key {
        Key::Id(kind, _) | Key::PublicId(kind, ..) | Key::Handle(kind, ..) => *kind,
    }
}
