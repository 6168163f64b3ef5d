//! All entities in memory as compact records, some of them also unpacked and ready to use.
//!
//! Invariants:
//!
//! - The newest version of each entity that was ever put is held, and no read returns an older one.
//!   A late put is ignored, so readers, writers and followers may put in any order.
//! - A removed entity is not found any more, and a late put does not bring it back: what is left of
//!   it in memory ([`removed`]) outlives every read that may still put it.
//! - An unpacked entity equals its record: both change under the lock of the shard, and a reader
//!   stores what it unpacked before it releases that lock.
//! - Puts of one entity are serial, and watchers are notified in that order.

mod arena;
mod bytes;
mod codec;
mod credential;
mod each;
mod grant;
mod interned;
mod names;
mod parts;
mod removed;
mod shard;
#[cfg(test)]
mod tests;

use std::fmt;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use base::Id;
use domain::{Credential, Entity, Kind};

use self::names::Names;
use self::parts::Codec;
use self::shard::{Record, Shard};
use super::hashing::{Keyed, Slot};
use super::ready::{self, Ready};
use super::{Figures, Watch};
use crate::{Key, Stored, Version};

const SHARDS: usize = 256;

/// The reason for a put. It decides whether the entity is also kept unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// Everything is being read: watchers are notified of known entities, too, and nothing is kept
    /// unpacked.
    Filling,
    /// A caller read or changed the entity.
    Used,
}

pub(super) struct Packed {
    hasher: Keyed,
    shards: Box<[Part]>,
    names: Names,
    codec: Codec,
    ready: Ready,
    watchers: RwLock<Vec<Arc<dyn Watch>>>,
    /// Whether an entity could not be held, so that the memory is incomplete.
    lossy: AtomicBool,
    /// The shard whose old removals are forgotten next.
    forget: AtomicUsize,
}

#[derive(Debug, Default)]
struct Part {
    records: RwLock<Shard>,
    /// Held while an entity is put and watchers are notified. Readers do not wait for it.
    puts: Mutex<()>,
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed").field("watchers", &self.watchers).finish_non_exhaustive()
    }
}

impl Packed {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            hasher: Keyed::default(),
            shards: (0..SHARDS).map(|_| Part::default()).collect(),
            names: Names::default(),
            codec: Codec::default(),
            ready: ready::new(capacity),
            watchers: RwLock::default(),
            lossy: AtomicBool::new(false),
            forget: AtomicUsize::new(0),
        }
    }

    pub(super) fn watch(&self, watcher: Arc<dyn Watch>) {
        self.watchers.write().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    /// Notifies each watcher.
    pub(super) fn notify(&self, what: impl Fn(&dyn Watch)) {
        let watchers = self.watchers.read().unwrap_or_else(PoisonError::into_inner);
        watchers.iter().for_each(|watcher| what(&**watcher));
    }

    /// Whether everything that was put is held.
    pub(super) fn is_whole(&self) -> bool {
        !self.lossy.load(Relaxed)
    }

    pub(super) fn by_id(&self, kind: Kind, id: u128) -> Option<Stored> {
        let slot = self.slot(kind, id);
        if let Some(ready) = self.ready.get(&slot) {
            return Some(ready);
        }
        let shard = self.part(slot.hash)?.records.read().unwrap_or_else(PoisonError::into_inner);
        self.unpack(slot, &shard.find(slot.hash, kind, id)?)
    }

    pub(super) fn find(&self, key: &Key) -> Option<Stored> {
        let kind = match key {
            Key::Id(kind, id) => return self.by_id(*kind, *id),
            Key::PublicId(kind, ..) | Key::Handle(kind, ..) => *kind,
        };
        if let Key::PublicId(Kind::Credential, _, name) = key
            && let Ok(id) = name.parse::<Id<Credential>>()
            && let Some(stored) = self.by_id(kind, id.as_u128())
            && bears(&stored.entity, key)
        {
            return Some(stored);
        }
        // Two entities may have a name while one gives it up; the later one counts.
        let bearer = self.names.best(self.name_hash(key), |entity| self.bearer(entity, key))?;
        self.by_id(kind, bearer).filter(|stored| bears(&stored.entity, key))
    }

    /// The id of the entity of this hash, if it has the name.
    fn bearer(&self, hash: u64, key: &Key) -> Option<u128> {
        let shard = self.part(hash)?.records.read().unwrap_or_else(PoisonError::into_inner);
        let mut records = shard.records(hash);
        let bearing = |record: &Record<'_>| {
            let slot = self.slot(record.kind, record.id);
            let stored = self.ready.get(&slot).or_else(|| self.unpack(slot, record));
            stored.is_some_and(|stored| bears(&stored.entity, key))
        };
        records.find(bearing).map(|record| record.id)
    }

    /// Unpacks a record and keeps the entity ready to use. Call it under the lock of its shard.
    fn unpack(&self, slot: Slot, record: &Record<'_>) -> Option<Stored> {
        let entity = self.codec.unpack(record.kind, record.id, record.body)?;
        let stored = Stored { entity, version: Version(record.version) };
        self.ready.insert(slot, stored.clone());
        Some(stored)
    }

    /// The version in memory.
    fn version(&self, hash: u64, kind: Kind, id: u128) -> Option<Version> {
        let shard = self.part(hash)?.records.read().unwrap_or_else(PoisonError::into_inner);
        shard.find(hash, kind, id).map(|record| Version(record.version))
    }

    /// Stores an entity if it is newer than the one in memory.
    pub(super) fn put(&self, stored: &Stored, put: Put) {
        let (kind, id) = (stored.entity.kind(), stored.entity.id());
        let hash = self.hash(kind, id);
        let Some(part) = self.part(hash) else { return };
        let _order = part.puts.lock().unwrap_or_else(PoisonError::into_inner);
        match self.version(hash, kind, id) {
            Some(held) if held > stored.version => return,
            Some(held) if held == stored.version && put == Put::Used => return,
            Some(held) if held == stored.version => {}
            held => self.replace(part, hash, stored, (held.is_some(), put)),
        }
        self.notify(|watcher| watcher.entity(&stored.entity));
    }

    /// The index knows new names before the record has them, and old names until the record no
    /// longer has them.
    fn replace(&self, part: &Part, hash: u64, stored: &Stored, (known, put): (bool, Put)) {
        let (kind, id) = (stored.entity.kind(), stored.entity.id());
        let old = if known { self.by_id(kind, id) } else { None };
        let old = old.map(|old| self.indexed(&old.entity)).unwrap_or_default();
        let new = self.indexed(&stored.entity);
        new.iter().filter(|name| !old.contains(name)).for_each(|name| self.names.add(*name, hash));
        if let Some(body) = self.codec.pack(&stored.entity) {
            let record = Record { kind, id, version: stored.version.0, body: &body };
            let mut shard = part.records.write().unwrap_or_else(PoisonError::into_inner);
            if !shard.put(hash, &record, |kind, id| self.hash(kind, id)) {
                self.lossy.store(true, Relaxed);
            }
            let slot = Slot { hash, kind, id };
            match put {
                Put::Used => self.ready.insert(slot, stored.clone()),
                Put::Filling => drop(self.ready.remove(&slot)),
            }
        } else {
            self.lossy.store(true, Relaxed);
        }
        old.iter()
            .filter(|name| !new.contains(name))
            .for_each(|name| self.names.remove(*name, hash));
    }

    /// The hashes of the names that the index must hold.
    fn indexed(&self, entity: &Entity) -> Vec<u64> {
        let (kind, realm) = (entity.kind(), entity.realm());
        let derived = matches!(entity, Entity::Credential(it) if credential::is_named_by_id(it));
        let public_id = entity.public_id().filter(|_| !derived);
        let public_id = public_id.map(|name| self.hasher.hash_one((0, kind, realm, name)));
        let handle = entity.handle().map(|name| self.hasher.hash_one((1, kind, realm, name)));
        public_id.into_iter().chain(handle).collect()
    }

    fn name_hash(&self, key: &Key) -> u64 {
        match key {
            Key::Id(kind, id) => self.hash(*kind, *id),
            Key::PublicId(kind, realm, name) => self.hasher.hash_one((0, kind, realm, &**name)),
            Key::Handle(kind, realm, name) => self.hasher.hash_one((1, kind, realm, &**name)),
        }
    }

    fn hash(&self, kind: Kind, id: u128) -> u64 {
        self.hasher.hash_one((kind, id))
    }

    fn slot(&self, kind: Kind, id: u128) -> Slot {
        Slot { hash: self.hash(kind, id), kind, id }
    }

    fn part(&self, hash: u64) -> Option<&Part> {
        // The tables use other bits of the hash.
        self.shards.get((hash >> 32) as usize % SHARDS)
    }

    pub(super) fn figures(&self, figures: &mut Figures) {
        for part in &self.shards {
            let shard = part.records.read().unwrap_or_else(PoisonError::into_inner);
            figures.entities += shard.len() as u64;
            figures.bytes += shard.bytes() as u64;
        }
        figures.bytes += self.names.bytes() as u64 + self.ready.weight();
    }

    /// The unpacked entities: their number, and their bytes.
    #[cfg(test)]
    pub(super) fn ready(&self) -> (usize, u64) {
        (self.ready.len(), self.ready.weight())
    }
}

/// Whether `key` is a key of `entity`.
pub(super) fn bears(entity: &Entity, key: &Key) -> bool {
    let (realm, name, own) = match key {
        Key::Id(_, id) => return entity.id() == *id,
        Key::PublicId(_, realm, name) => (realm, name, entity.public_id()),
        Key::Handle(_, realm, name) => (realm, name, entity.handle()),
    };
    own == Some(&**name) && entity.realm() == realm
}
