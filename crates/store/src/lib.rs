//! The contract of a store: its reads, and [`Batch`], its writes as data.
//!
//! - A [`Batch`] commits whole or not at all. Each write has a precondition. If one fails, the
//!   commit returns a [`Conflict`], nothing was written, and the engine reads and decides again.
//! - An acknowledged commit is durable: it survives `kill -9` and power loss.
//! - Every committed event gets a sequence number that rises in commit order: the change feed.
//!
//! ## Adding a backend
//! Write a crate that implements [`StoreReader`] and [`Store`] and passes every case of `store-suite`; name it in
//! `server`, and nowhere else.

mod batch;
mod change;
mod contract;
mod error;
mod forward;
mod hot;
mod loaded;
mod memory;
mod page;
mod query;
mod typed;
mod version;

pub use batch::{Batch, Committed, IdempotencyRecord, Write};
pub use change::{CHANGES_KEPT, Change, Effect, MAX_CHANGES};
pub use contract::{RevokedTokens, Store, StoreReader};
pub use error::{CommitError, Conflict, OpenError, StoreError};
pub use hot::{
    CredentialDependencies, Figures as HotFigures, GrantDependencies, Hot, HotOptions, Watch,
};
pub use loaded::{Loaded, Stored};
pub use memory::Memory;
pub use page::PageReader;
pub use query::{
    EventQuery, Key, ListQuery, MAX_PAGE, MAX_SCAN, REFUSALS_KEPT, RefusalQuery, actor_key,
};
pub use typed::StoreExt;
pub use version::Version;
