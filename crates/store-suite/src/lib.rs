//! One suite, every backend: what [`store::Store`] promises, as cases.
//!
//! A backend's tests name one function that makes an empty store, and [`cases!`] makes a test of
//! every case:
//!
//! ```ignore
//! async fn empty() -> store_suite::Fixture {
//!     store_suite::Fixture::new(MyStore::open_somewhere_new().await)
//! }
//! store_suite::cases!(empty);
//! ```
//!
//! Adding a case is adding an `async fn(Arc<dyn Store>)` to a module and its name to [`cases!`].

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this crate is test code"
)]

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use store::Store;

pub mod batches;

/// An empty store, and what must outlive it: its folder, its server.
pub struct Fixture {
    store: Arc<dyn Store>,
    _keep: Box<dyn Any + Send + Sync>,
}

impl Fixture {
    /// A store that needs nothing else.
    pub fn new(store: impl Store) -> Self {
        Self::keeping(store, ())
    }

    /// A store that lives only as long as `keep`.
    pub fn keeping(store: impl Store, keep: impl Any + Send + Sync) -> Self {
        Self { store: Arc::new(store), _keep: Box::new(keep) }
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

/// Makes a `#[tokio::test]` of every case. The argument names an
/// `async fn() -> Fixture` that makes an *empty* store, anew at each call.
#[macro_export]
macro_rules! cases {
    ($empty:ident) => {
        $crate::cases! { @in $empty;
            batches: an_empty_batch_commits,
        }
    };
    (@in $empty:ident; $($module:ident: $($case:ident),+ $(,)?);+ $(;)?) => {
        $(mod $module { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                let fixture = super::$empty().await;
                $crate::$module::$case(fixture.store()).await;
            }
        )+ })+
    };
}
