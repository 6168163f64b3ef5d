//! [`Hot`]: answers the reads of the hot path from memory.
//!
//! Invariants:
//! - A fetch that starts after a commit was acknowledged never returns what was before it, on the node
//!   that committed; on the others once [`Hot::advance`] came past it.
//! - On one node no fetch goes behind what an earlier one returned: memory only ever goes forward
//!   ([`packed`]), and what is read from the store goes through it.
//! - The store is not asked without bound for what does not exist ([`look`]).

mod bucket;
mod commit;
mod doubt;
mod each;
mod figures;
mod follow;
mod followed;
mod hashing;
mod links;
mod look;
mod manner;
mod options;
mod packed;
mod ready;
mod revoked;
mod store;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use crate::Store;
pub use figures::Figures;
pub use links::{CredentialDependencies, GrantDependencies};
pub use options::{HotOptions, Watch};

/// A store in front of another, which keeps every entity in memory once it was filled
/// ([`Hot::fill`]); until then what was asked for lately.
///
/// Where other nodes write to the inner store, too, it must be told ([`HotOptions::sole_writer`]) and
/// follow them ([`Hot::advance`]).
///
/// It relies on a failed commit being settled: after an error the inner store may or may not have
/// written the batch, but it does not write it later. And on entities never going away.
pub struct Hot {
    shared: Arc<Shared>,
    /// The same for whoever must see what other nodes committed; `None`: this one does.
    direct: Option<Box<Hot>>,
}

struct Shared {
    inner: Arc<dyn Store>,
    options: HotOptions,
    packed: packed::Packed,
    revoked: revoked::Revoked,
    doubts: doubt::Doubts,
    manner: manner::Manner,
    followed: followed::Followed,
    counters: figures::Counters,
}

impl Hot {
    /// Puts memory before `inner`. It is empty: see [`Hot::fill`].
    pub fn new(inner: Arc<dyn Store>, options: HotOptions) -> Self {
        let sole_writer = options.sole_writer;
        let shared = Arc::new(Shared {
            inner,
            packed: packed::Packed::new(options.capacity),
            options,
            revoked: revoked::Revoked::default(),
            doubts: doubt::Doubts::default(),
            manner: manner::Manner::default(),
            followed: followed::Followed::default(),
            counters: figures::Counters::default(),
        });
        let past = Self { shared: Arc::clone(&shared), direct: None };
        Self { shared, direct: (!sole_writer).then(|| Box::new(past)) }
    }

    /// What it has done, and what it holds.
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
