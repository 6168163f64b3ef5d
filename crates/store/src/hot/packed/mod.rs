//! Every entity in memory, as compact records, and some of them ready to use.
//!
//! Invariants:
//! - For each entity the newest version that was ever put is held, and no read gives an older one:
//!   what comes late is ignored, so it does not matter in which order readers, writers and followers
//!   bring what they know.
//! - What is ready to use is what its record says: both change under the lock of the shard, and a
//!   reader makes ready what it unpacked before it lets go of that.
//! - Puts of one entity are one after another, and watchers are told in that order.

mod arena;
mod bytes;
mod codec;
mod credential;
mod each;
mod grant;
mod interned;
mod names;
mod parts;
mod shard;
#[cfg(test)]
mod tests;

use std::fmt;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
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

/// Why something is put, and so what becomes of it beside its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// Everything is read: watchers are told of what was known, too, and nothing is made ready.
    Filling,
    /// Somebody asked for it, or changed it.
    Used,
}

pub(super) struct Packed {
    hasher: Keyed,
    shards: Box<[Part]>,
    names: Names,
    codec: Codec,
    ready: Ready,
    watchers: RwLock<Vec<Arc<dyn Watch>>>,
    /// Whether something could not be held, so that not all is.
    lossy: AtomicBool,
}

#[derive(Debug, Default)]
struct Part {
    records: RwLock<Shard>,
    /// Held while an entity is put and watchers are told, which readers need not wait for.
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
        }
    }

    pub(super) fn watch(&self, watcher: Arc<dyn Watch>) {
        self.watchers.write().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    /// Calls each watcher.
    pub(super) fn tell(&self, what: impl Fn(&dyn Watch)) {
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
        // Of two that bear a name at once, while one has just given it up, the later made.
        let bearer = self.names.best(self.name_hash(key), |entity| self.bearer(entity, key))?;
        self.by_id(kind, bearer).filter(|stored| bears(&stored.entity, key))
    }

    /// The entity of this hash that bears the name.
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

    /// Unpacks a record and makes it ready: to be called under its shard's lock.
    fn unpack(&self, slot: Slot, record: &Record<'_>) -> Option<Stored> {
        let entity = self.codec.unpack(record.kind, record.id, record.body)?;
        let stored = Stored { entity, version: Version(record.version) };
        self.ready.insert(slot, stored.clone());
        Some(stored)
    }

    /// The version that is held.
    fn version(&self, hash: u64, kind: Kind, id: u128) -> Option<Version> {
        let shard = self.part(hash)?.records.read().unwrap_or_else(PoisonError::into_inner);
        shard.find(hash, kind, id).map(|record| Version(record.version))
    }

    /// Takes an entity in, if it is newer than what is held.
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
        self.tell(|watcher| watcher.entity(&stored.entity));
    }

    /// New names lead here before the record says so, and old ones until it does not.
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

    /// The hashes of the names that the index must know.
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
        // Not the bits by which a table itself divides them.
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

    /// What is ready to use: how many, and in the bytes that are counted.
    #[cfg(test)]
    pub(super) fn ready(&self) -> (usize, u64) {
        (self.ready.len(), self.ready.weight())
    }
}

/// Whether `key` finds `entity`.
pub(super) fn bears(entity: &Entity, key: &Key) -> bool {
    let (realm, name, own) = match key {
        Key::Id(_, id) => return entity.id() == *id,
        Key::PublicId(_, realm, name) => (realm, name, entity.public_id()),
        Key::Handle(_, realm, name) => (realm, name, entity.handle()),
    };
    own == Some(&**name) && entity.realm() == realm
}
