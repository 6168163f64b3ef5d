//! One of the parts that the records are divided among: a table of places, and the records.
//!
//! A record begins with its length, its kind, its identifier and its version.

use domain::Kind;
use hashbrown::HashTable;

use super::arena::Arena;
use super::bytes::{Reader, Writer};

#[derive(Debug, Default)]
pub(super) struct Shard {
    places: HashTable<u32>,
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
        self.places.iter_hash(hash).filter_map(|place| Record::read(self.arena.at(*place)))
    }

    /// Every record, in the order in which they lie.
    pub(super) fn all(&self) -> impl Iterator<Item = Record<'_>> {
        let mut places: Vec<u32> = self.places.iter().copied().collect();
        places.sort_unstable();
        places.into_iter().filter_map(|place| Record::read(self.arena.at(place)))
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
        let Self { places, arena } = self;
        let same = |place: &u32| {
            Record::read(arena.at(*place))
                .is_some_and(|held| held.kind == record.kind && held.id == record.id)
        };
        if let Some(place) = places.find(hash, same).copied() {
            let old = length(arena.at(place));
            if old == bytes.len() && arena.overwrite(place, &bytes) {
                return true;
            }
            let Some(new) = arena.push(&bytes) else { return false };
            if let Some(held) = places.find_mut(hash, |held| *held == place) {
                *held = new;
            }
            arena.discard(old);
            return !arena.wants_compaction() || self.compact().is_some();
        }
        let Some(place) = arena.push(&bytes) else { return false };
        let rehash = |place: &u32| match Record::read(arena.at(*place)) {
            Some(held) => hash_of(held.kind, held.id),
            None => 0,
        };
        places.insert_unique(hash, place, rehash);
        true
    }

    /// Moves what is used into a new arena. Where that has no room everything stays.
    fn compact(&mut self) -> Option<()> {
        let mut arena = Arena::default();
        let mut moved = Vec::with_capacity(self.places.len());
        for place in &self.places {
            let bytes = self.arena.at(*place);
            moved.push(arena.push(bytes.get(..length(bytes))?)?);
        }
        for (place, new) in self.places.iter_mut().zip(moved) {
            *place = new;
        }
        self.arena = arena;
        Some(())
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Bytes, of the table and of the records.
    pub(super) fn bytes(&self) -> usize {
        self.places.allocation_size() + self.arena.held()
    }
}
