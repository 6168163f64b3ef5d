//! Hashing of keys: fast, with a random key per process, because callers choose what is looked up.
//!
//! An entity is hashed once per look-up: a [`Slot`] carries its hash to every table.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::LazyLock;

use domain::Kind;
use foldhash::SharedSeed;
use foldhash::quality::{FoldHasher, SeedableRandomState};

/// The part of the key that all tables share, because making it is slow.
static SHARED: LazyLock<SharedSeed> = LazyLock::new(|| SharedSeed::from_u64(random()));

/// Takes a random number from the standard library's hash tables, whose keys come from the system.
fn random() -> u64 {
    std::hash::RandomState::new().hash_one(0_u64)
}

/// Makes hashes with a random key, which have no meaning outside the process.
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

/// An entity's kind and identifier with their hash.
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

/// A hasher for keys that carry their hash.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Prehashed(u64);

impl BuildHasher for Prehashed {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl Hasher for Prehashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // No key is hashed as bytes.
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
    fn hashes_differ_between_memories_and_depend_on_every_bit() {
        let (one, other) = (Keyed::default(), Keyed::default());
        let hashes: HashSet<u64> = (0..10_000_u128).map(|id| one.hash_one((3, id << 80))).collect();
        assert_eq!(hashes.len(), 10_000);
        assert!((0..10_000_u128).all(|id| !hashes.contains(&other.hash_one((3, id << 80)))));
        // Tables use the bits at either end of a hash; shards use those in the middle.
        for shift in [0, 32, 56] {
            let parts: HashSet<u64> = hashes.iter().map(|hash| hash >> shift & 0x7F).collect();
            assert_eq!(parts.len(), 128);
        }
        assert_eq!(Prehashed::default().hash_one(Slot { hash: 7, kind: Kind::User, id: 9 }), 7);
    }
}
