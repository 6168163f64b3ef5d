//! One shard of the records: a table of offsets, and the records.
//!
//! A record begins with its length, its kind, its identifier and its version.

use base::Timestamp;
use domain::Kind;
use hashbrown::HashTable;

use super::arena::Arena;
use super::bytes::{Reader, Writer};

#[derive(Debug, Default)]
pub(super) struct Shard {
    offsets: HashTable<u32>,
    arena: Arena,
    /// How many of the records stand for removed entities.
    removed: usize,
}

/// A record in the arena.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub(super) kind: Kind,
    pub(super) id: u128,
    pub(super) version: u64,
    pub(super) body: &'a [u8],
}

/// The first byte of the body of a removed entity. Entities have other ones: see `codec`.
pub(super) const REMOVED: u8 = 0xFF;

impl<'a> Record<'a> {
    /// When the entity was removed; `None`: it was not.
    pub(super) fn removed_at(&self) -> Option<Timestamp> {
        let mut body = Reader(self.body);
        if body.byte()? == REMOVED { body.time() } else { None }
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let length = usize::try_from(reader.number()?).ok()?;
        let mut reader = Reader(reader.take(length)?);
        let kind = *Kind::ALL.get(usize::from(reader.byte()?))?;
        let (id, version) = (reader.bits()?, reader.number()?);
        Some(Self { kind, id, version, body: reader.0 })
    }

    fn write(&self) -> Vec<u8> {
        let mut rest = Writer(Vec::with_capacity(self.body.len() + 24));
        rest.byte(Kind::ALL.iter().position(|kind| *kind == self.kind).unwrap_or_default() as u8);
        rest.bits(self.id);
        rest.number(self.version);
        rest.0.extend_from_slice(self.body);
        let mut whole = Writer(Vec::with_capacity(rest.0.len() + 2));
        whole.number(rest.0.len() as u64);
        whole.0.extend_from_slice(&rest.0);
        whole.0
    }
}

fn is_removed(bytes: &[u8]) -> bool {
    Record::read(bytes).is_some_and(|record| record.removed_at().is_some())
}

fn length(bytes: &[u8]) -> usize {
    let mut reader = Reader(bytes);
    let rest = reader.number().unwrap_or_default() as usize;
    bytes.len() - reader.0.len() + rest
}

impl Shard {
    pub(super) fn find(&self, hash: u64, kind: Kind, id: u128) -> Option<Record<'_>> {
        self.records(hash).find(|record| record.kind == kind && record.id == id)
    }

    /// Every record of this hash.
    pub(super) fn records(&self, hash: u64) -> impl Iterator<Item = Record<'_>> {
        self.offsets.iter_hash(hash).filter_map(|offset| Record::read(self.arena.at(*offset)))
    }

    /// Every record, in the order of storage.
    pub(super) fn all(&self) -> impl Iterator<Item = Record<'_>> {
        let mut offsets: Vec<u32> = self.offsets.iter().copied().collect();
        offsets.sort_unstable();
        offsets.into_iter().filter_map(|offset| Record::read(self.arena.at(offset)))
    }

    /// Stores a record and replaces the one of the same entity. `hash_of` gives the hash for the
    /// table. Returns whether there was room.
    pub(super) fn put(
        &mut self,
        hash: u64,
        record: &Record<'_>,
        hash_of: impl Fn(Kind, u128) -> u64,
    ) -> bool {
        let bytes = record.write();
        let Self { offsets, arena, removed } = self;
        let same = |offset: &u32| {
            Record::read(arena.at(*offset))
                .is_some_and(|held| held.kind == record.kind && held.id == record.id)
        };
        if let Some(offset) = offsets.find(hash, same).copied() {
            *removed += usize::from(record.removed_at().is_some());
            *removed -= usize::from(is_removed(arena.at(offset)));
            let old = length(arena.at(offset));
            if old == bytes.len() && arena.overwrite(offset, &bytes) {
                return true;
            }
            let Some(new) = arena.push(&bytes) else { return false };
            if let Some(held) = offsets.find_mut(hash, |held| *held == offset) {
                *held = new;
            }
            arena.discard(old);
            return !arena.wants_compaction() || self.compact().is_some();
        }
        let Some(offset) = arena.push(&bytes) else { return false };
        *removed += usize::from(record.removed_at().is_some());
        let rehash = |offset: &u32| match Record::read(arena.at(*offset)) {
            Some(held) => hash_of(held.kind, held.id),
            None => 0,
        };
        offsets.insert_unique(hash, offset, rehash);
        true
    }

    /// Moves the used records into a new arena. Does nothing where that has no room.
    fn compact(&mut self) -> Option<()> {
        let mut arena = Arena::default();
        let mut moved = Vec::with_capacity(self.offsets.len());
        for offset in &self.offsets {
            let bytes = self.arena.at(*offset);
            moved.push(arena.push(bytes.get(..length(bytes))?)?);
        }
        for (offset, new) in self.offsets.iter_mut().zip(moved) {
            *offset = new;
        }
        self.arena = arena;
        Some(())
    }

    /// Drops the records for which `is_old` is true.
    pub(super) fn forget(&mut self, is_old: impl Fn(&Record<'_>) -> bool) {
        let Self { offsets, arena, removed } = self;
        let mut unused = 0;
        offsets.retain(|offset| {
            let bytes = arena.at(*offset);
            let old = Record::read(bytes).is_some_and(|record| is_old(&record));
            if old {
                unused += length(bytes);
                *removed -= usize::from(is_removed(bytes));
            }
            !old
        });
        arena.discard(unused);
        if unused > 0 && arena.wants_compaction() {
            self.compact();
        }
    }

    /// The number of entities, without removed ones.
    pub(super) fn len(&self) -> usize {
        self.offsets.len() - self.removed
    }

    /// Bytes of the table and of the records.
    pub(super) fn bytes(&self) -> usize {
        self.offsets.allocation_size() + self.arena.held()
    }
}
