//! How a memory is set up, and who is told of what comes into it.

use std::fmt::Debug;
use std::sync::Arc;

use base::{Clock, SystemClock, Timestamp};
use domain::Entity;

/// How a [`crate::Hot`] is set up.
#[derive(Clone, Debug)]
pub struct HotOptions {
    /// Bytes for entities that are kept ready to use. What all entities take in their packed form
    /// comes on top.
    pub capacity: usize,
    /// Whether all writes to the inner store go through this memory. Otherwise other nodes write,
    /// too, and [`crate::Hot::advance`] must be called to follow them.
    pub sole_writer: bool,
    /// The time, for what is true only for a while.
    pub clock: Arc<dyn Clock>,
}

impl HotOptions {
    /// Room for some 15 000 credentials that are ready to use.
    pub const DEFAULT_CAPACITY: usize = 16 << 20;
}

impl Default for HotOptions {
    /// For a sole writer.
    fn default() -> Self {
        Self { capacity: Self::DEFAULT_CAPACITY, sole_writer: true, clock: Arc::new(SystemClock) }
    }
}

/// Is told of everything that comes into memory: at least once each, the newest state last. Called
/// in the midst of reads and commits, so it must be quick.
pub trait Watch: Send + Sync + Debug {
    /// An entity as it stands now.
    fn entity(&self, entity: &Entity);
    /// An access token that was revoked by itself; `until` it would have expired, `None`: for ever.
    fn token(&self, token: u128, until: Option<Timestamp>);
}
