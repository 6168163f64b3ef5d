//! Removals: a removed entity leaves a short record, so that a read which began before the removal
//! does not put it back. The record is forgotten after [`REMEMBERED`].

use std::collections::HashSet;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use base::Timestamp;
use domain::Kind;

use super::bytes::Writer;
use super::shard::{REMOVED, Record};
use super::{Packed, SHARDS, Slot};

/// Longer than any read takes.
const REMEMBERED: Duration = Duration::from_secs(3_600);
/// The number of shards whose old removals are forgotten at each removal.
const SHARDS_SWEPT: usize = 4;

impl Packed {
    /// Removes an entity that is not in the store any more, and notifies each watcher. Does nothing
    /// where it is not held.
    pub(in crate::hot) fn remove(&self, kind: Kind, id: u128, now: Timestamp) {
        self.forget_old(now);
        let hash = self.hash(kind, id);
        let Some(part) = self.part(hash) else { return };
        let _order = part.puts.lock().unwrap_or_else(PoisonError::into_inner);
        let held = self.by_id(kind, id).map(|held| held.entity);
        let body = body(now);
        let record = Record { kind, id, version: u64::MAX, body: &body };
        {
            let mut shard = part.records.write().unwrap_or_else(PoisonError::into_inner);
            if !shard.put(hash, &record, |kind, id| self.hash(kind, id)) {
                self.lossy.store(true, Relaxed);
            }
            self.ready.remove(&Slot { hash, kind, id });
        }
        let Some(entity) = held else { return };
        self.indexed(&entity).iter().for_each(|name| self.names.remove(*name, hash));
        self.notify(|watcher| watcher.removed(&entity));
    }

    /// Whether an entity was removed.
    pub(in crate::hot) fn is_removed(&self, kind: Kind, id: u128) -> bool {
        let hash = self.hash(kind, id);
        let Some(part) = self.part(hash) else { return false };
        let shard = part.records.read().unwrap_or_else(PoisonError::into_inner);
        shard.find(hash, kind, id).is_some_and(|record| record.removed_at().is_some())
    }

    /// Whether an entity is held.
    pub(in crate::hot) fn holds(&self, kind: Kind, id: u128) -> bool {
        let hash = self.hash(kind, id);
        let Some(part) = self.part(hash) else { return false };
        let shard = part.records.read().unwrap_or_else(PoisonError::into_inner);
        shard.find(hash, kind, id).is_some_and(|record| record.removed_at().is_none())
    }

    /// The identifiers of every entity of a kind.
    pub(in crate::hot) fn ids(&self, kind: Kind) -> HashSet<u128> {
        let mut ids = HashSet::new();
        let held = |record: &Record<'_>| record.removed_at().is_none().then_some(record.id);
        self.traverse(kind, held, |id| {
            ids.insert(id);
        });
        ids
    }

    fn forget_old(&self, now: Timestamp) {
        for _ in 0..SHARDS_SWEPT {
            let turn = self.forget.fetch_add(1, Relaxed) % SHARDS;
            let Some(part) = self.shards.get(turn) else { return };
            let is_old = |record: &Record<'_>| {
                record.removed_at().is_some_and(|at| at.plus(REMEMBERED) <= now)
            };
            part.records.write().unwrap_or_else(PoisonError::into_inner).forget(is_old);
        }
    }
}

fn body(now: Timestamp) -> Vec<u8> {
    let mut body = Writer::default();
    body.byte(REMOVED);
    body.time(now);
    body.0
}
