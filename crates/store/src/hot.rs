//! [`Hot`]: answers the reads of the hot path from memory.
//!
//! Invariants:
//! - A fetch that starts after a commit was acknowledged never returns the state before the commit.
//!   This holds at once on the node that committed, and on other nodes after [`Hot::advance`] has
//!   passed the commit.
//! - On one node, no fetch returns an older state than an earlier fetch returned: the memory only
//!   moves forward ([`packed`]), and every read from the store goes through it.
//! - Fetches of entities that do not exist reach the store at a bounded rate ([`lookup`]).

mod bucket;
mod commit;
mod dependencies;
mod each;
mod figures;
mod follow;
mod followed;
mod hashing;
mod lookup;
mod lookup_state;
mod options;
mod packed;
mod ready;
mod revoked;
mod store;
#[cfg(test)]
mod tests;
mod uncertain;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use crate::Store;
pub use dependencies::{CredentialDependencies, GrantDependencies};
pub use figures::Figures;
pub use options::{HotOptions, Watch};

/// A store in front of another. It keeps every entity in memory after [`Hot::fill`]; before that,
/// it keeps what was fetched lately.
///
/// Where other nodes write to the inner store, too, the options must say so
/// ([`HotOptions::sole_writer`]) and [`Hot::advance`] must follow the other nodes.
///
/// It relies on two facts. After an error, the inner store may or may not have written the batch,
/// but it does not write it later. And the identifier of a removed entity is never used again.
pub struct Hot {
    shared: Arc<Shared>,
    /// The same store for reads that must see what other nodes committed; `None`: this one does.
    direct: Option<Box<Hot>>,
}

struct Shared {
    inner: Arc<dyn Store>,
    options: HotOptions,
    packed: packed::Packed,
    revoked: revoked::Revoked,
    uncertain: uncertain::UncertainKeys,
    lookup_state: lookup_state::LookupState,
    followed: followed::Followed,
    counters: figures::Counters,
}

impl Hot {
    /// Puts an empty memory before `inner`: see [`Hot::fill`].
    pub fn new(inner: Arc<dyn Store>, options: HotOptions) -> Self {
        let sole_writer = options.sole_writer;
        let shared = Arc::new(Shared {
            inner,
            packed: packed::Packed::new(options.capacity),
            options,
            revoked: revoked::Revoked::default(),
            uncertain: uncertain::UncertainKeys::default(),
            lookup_state: lookup_state::LookupState::default(),
            followed: followed::Followed::default(),
            counters: figures::Counters::default(),
        });
        let past = Self { shared: Arc::clone(&shared), direct: None };
        Self { shared, direct: (!sole_writer).then(|| Box::new(past)) }
    }

    /// Counters of what it did, and sizes of what it holds.
    pub fn figures(&self) -> Figures {
        let (shared, counters) = (&self.shared, &self.shared.counters);
        let mut figures = Figures {
            hits: counters.hits.load(Relaxed),
            known_missing: counters.known_missing.load(Relaxed),
            reads: counters.reads.load(Relaxed),
            refused: counters.refused.load(Relaxed),
            filled: self.is_filled(),
            entities: 0,
            revoked_tokens: shared.revoked.len() as u64,
            bytes: shared.revoked.bytes() as u64,
            as_of: self.as_of(),
            position: self.position(),
        };
        shared.packed.figures(&mut figures);
        figures
    }
}

impl fmt::Debug for Hot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hot").field(&self.shared.inner).finish()
    }
}
