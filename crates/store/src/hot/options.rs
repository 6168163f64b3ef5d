//! The options of a memory, and the trait of its watchers.

use std::fmt::Debug;
use std::sync::Arc;

use base::{Clock, SystemClock, Timestamp};
use domain::Entity;

/// The options of a [`crate::Hot`].
#[derive(Clone, Debug)]
pub struct HotOptions {
    /// Bytes for unpacked entities that are ready to use. The packed form of all entities comes on
    /// top.
    pub capacity: usize,
    /// Whether all writes to the inner store go through this memory. Otherwise other nodes write,
    /// too, and [`crate::Hot::advance`] must be called to follow them.
    pub sole_writer: bool,
    /// The clock, for what is remembered only for a time.
    pub clock: Arc<dyn Clock>,
}

impl HotOptions {
    /// Space for about 15 000 credentials that are ready to use.
    pub const DEFAULT_CAPACITY: usize = 16 << 20;
}

impl Default for HotOptions {
    /// The options of a sole writer.
    fn default() -> Self {
        Self { capacity: Self::DEFAULT_CAPACITY, sole_writer: true, clock: Arc::new(SystemClock) }
    }
}

/// Is notified of everything that comes into memory: of each state at least once, of the newest
/// state last. It is called during reads and commits, so it must be quick.
pub trait Watch: Send + Sync + Debug {
    /// An entity in its current state.
    fn entity(&self, entity: &Entity);
    /// An entity, in its last state, that was removed from the store and from memory.
    fn removed(&self, entity: &Entity);
    /// A single access token that was revoked. `until` is when it would have expired; `None`:
    /// never.
    fn token(&self, token: u128, until: Option<Timestamp>);
}
