//! How memory hashes: fast, and keyed anew in each process, since callers choose what is looked up.
//!
//! An entity is hashed once a look-up: a [`Slot`] carries its hash to every table.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::LazyLock;

use domain::Kind;
use foldhash::SharedSeed;
use foldhash::quality::{FoldHasher, SeedableRandomState};

/// The half of the key that all share: making it takes a while.
static SHARED: LazyLock<SharedSeed> = LazyLock::new(|| SharedSeed::from_u64(random()));

/// From the generator of the standard library's tables, whose keys come from the system.
fn random() -> u64 {
    std::hash::RandomState::new().hash_one(0_u64)
}

/// Makes hashes that mean nothing elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Keyed(SeedableRandomState);

impl Default for Keyed {
    fn default() -> Self {
        Self(SeedableRandomState::with_seed(random(), &SHARED))
    }
}

impl BuildHasher for Keyed {
    type Hasher = FoldHasher<'static>;

    fn build_hasher(&self) -> Self::Hasher {
        self.0.build_hasher()
    }
}

/// Which entity, and the hash of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) hash: u64,
    pub(super) kind: Kind,
    pub(super) id: u128,
}

impl Hash for Slot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// For keys that bring their hash along.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Brought(u64);

impl BuildHasher for Brought {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl Hasher for Brought {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Nothing that is hashed here comes in bytes.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn two_memories_hash_alike_by_chance_alone_and_every_bit_counts() {
        let (one, other) = (Keyed::default(), Keyed::default());
        let hashes: HashSet<u64> = (0..10_000_u128).map(|id| one.hash_one((3, id << 80))).collect();
        assert_eq!(hashes.len(), 10_000);
        assert!((0..10_000_u128).all(|id| !hashes.contains(&other.hash_one((3, id << 80)))));
        // Tables divide by bits at either end, shards by those in the middle.
        for shift in [0, 32, 56] {
            let parts: HashSet<u64> = hashes.iter().map(|hash| hash >> shift & 0x7F).collect();
            assert_eq!(parts.len(), 128);
        }
        assert_eq!(Brought::default().hash_one(Slot { hash: 7, kind: Kind::User, id: 9 }), 7);
    }
}
