//! One of the parts that the records are divided among: a table of places, and the records.
//!
//! A record begins with its length, its kind, its identifier and its version.

use domain::Kind;
use hashbrown::HashTable;

use super::arena::Arena;
use super::bytes::{Reader, Writer};

#[derive(Debug, Default)]
pub(super) struct Shard {
    status_indexes: HashTable<u32>,
    arena: Arena,
}

/// A record, where it lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub(super) kind: Kind,
    pub(super) id: u128,
    pub(super) version: u64,
    pub(super) body: &'a [u8],
}

impl<'a> Record<'a> {
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
        self.status_indexes
            .iter_hash(hash)
            .filter_map(|status_index| Record::read(self.arena.at(*status_index)))
    }

    /// Every record, in the order in which they lie.
    pub(super) fn all(&self) -> impl Iterator<Item = Record<'_>> {
        let mut status_indexes: Vec<u32> = self.status_indexes.iter().copied().collect();
        status_indexes.sort_unstable();
        status_indexes
            .into_iter()
            .filter_map(|status_index| Record::read(self.arena.at(status_index)))
    }

    /// Puts a record in the place of the one of the same entity. `hash_of` is that of its table. Whether
    /// there was room.
    pub(super) fn put(
        &mut self,
        hash: u64,
        record: &Record<'_>,
        hash_of: impl Fn(Kind, u128) -> u64,
    ) -> bool {
        let bytes = record.write();
        let Self { status_indexes, arena } = self;
        let same = |status_index: &u32| {
            Record::read(arena.at(*status_index))
                .is_some_and(|held| held.kind == record.kind && held.id == record.id)
        };
        if let Some(status_index) = status_indexes.find(hash, same).copied() {
            let old = length(arena.at(status_index));
            if old == bytes.len() && arena.overwrite(status_index, &bytes) {
                return true;
            }
            let Some(new) = arena.push(&bytes) else { return false };
            if let Some(held) = status_indexes.find_mut(hash, |held| *held == status_index) {
                *held = new;
            }
            arena.discard(old);
            return !arena.wants_compaction() || self.compact().is_some();
        }
        let Some(status_index) = arena.push(&bytes) else { return false };
        let rehash = |status_index: &u32| match Record::read(arena.at(*status_index)) {
            Some(held) => hash_of(held.kind, held.id),
            None => 0,
        };
        status_indexes.insert_unique(hash, status_index, rehash);
        true
    }

    /// Moves what is used into a new arena. Where that has no room everything stays.
    fn compact(&mut self) -> Option<()> {
        let mut arena = Arena::default();
        let mut moved = Vec::with_capacity(self.status_indexes.len());
        for status_index in &self.status_indexes {
            let bytes = self.arena.at(*status_index);
            moved.push(arena.push(bytes.get(..length(bytes))?)?);
        }
        for (status_index, new) in self.status_indexes.iter_mut().zip(moved) {
            *status_index = new;
        }
        self.arena = arena;
        Some(())
    }

    pub(super) fn len(&self) -> usize {
        self.status_indexes.len()
    }

    /// Bytes, of the table and of the records.
    pub(super) fn bytes(&self) -> usize {
        self.status_indexes.allocation_size() + self.arena.held()
    }
}
