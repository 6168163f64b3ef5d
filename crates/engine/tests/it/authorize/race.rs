//! Many requests at once: a store in which other requests can run before each call.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Poll;

use async_trait::async_trait;
use base::Id;
use domain::*;
use store::*;

/// The store in memory. Before each call, other requests run: the number of turns comes from a
/// pseudo-random count.
#[derive(Debug)]
pub(crate) struct Overtaken {
    store: std::sync::Arc<Memory>,
    turns: AtomicU64,
}

impl Overtaken {
    pub(crate) fn new(store: std::sync::Arc<Memory>, seed: u64) -> Self {
        Self { store, turns: AtomicU64::new(seed) }
    }

    async fn wait(&self) {
        let next = |it: u64| it.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let turn = self.turns.fetch_update(Relaxed, Relaxed, |it| Some(next(it))).unwrap();
        for _ in 0..(turn >> 33) % 4 {
            tokio::task::yield_now().await;
        }
    }
}

macro_rules! overtaken {
    ($trait:ident { $($name:ident($($arg:ident: $kind:ty),*) -> $result:ty;)* } $($rest:tt)*) => {
        #[async_trait]
        impl $trait for Overtaken {
            $(
                async fn $name(&self, $($arg: $kind),*) -> $result {
                    self.wait().await;
                    self.store.$name($($arg),*).await
                }
            )*
            $($rest)*
        }
    };
}

overtaken! { StoreReader {
    fetch(key: &Key) -> Result<Option<Stored>, StoreError>;
    list(query: &ListQuery) -> Result<Vec<Stored>, StoreError>;
    budget(subject: BudgetSubject) -> Result<BudgetState, StoreError>;
    token_revoked(token: u128) -> Result<bool, StoreError>;
    revoked_tokens(at_most: usize) -> Result<Option<RevokedTokens>, StoreError>;
    spent(id: u128) -> Result<bool, StoreError>;
    answer(realm: &RealmName, key: &[u8; 32]) -> Result<Option<IdempotencyRecord>, StoreError>;
    events(query: &EventQuery) -> Result<Vec<Event>, StoreError>;
    sequence() -> Result<u64, StoreError>;
    uses(credentials: &[Id<Credential>]) -> Result<Vec<Use>, StoreError>;
    refusals(query: &RefusalQuery) -> Result<Vec<Refusal>, StoreError>;
    fetch_many(keys: &[(Kind, u128)]) -> Result<Vec<Stored>, StoreError>;
    scan(kind: Kind, after: Option<u128>, limit: usize) -> Result<Vec<Stored>, StoreError>;
    changes(after: u64, limit: usize) -> Result<Option<Vec<Change>>, StoreError>;
    changed(after: u64) -> ();
    ping() -> Result<(), StoreError>;
}
    fn direct(&self) -> &dyn StoreReader {
        self
    }
}

overtaken! { Store {
    commit(batch: Batch) -> Result<Committed, CommitError>;
    record_uses(uses: Vec<Use>) -> Result<(), StoreError>;
    record_refusals(refusals: Vec<Refusal>) -> Result<(), StoreError>;
    reserve_status_indexes(realm: &RealmName, count: u32) -> Result<u32, StoreError>;
} }

/// Runs all futures, turn by turn; returns their results in the same order.
pub(crate) async fn all<'a, T>(mut runners: Vec<Pin<Box<dyn Future<Output = T> + 'a>>>) -> Vec<T> {
    let mut results: Vec<Option<T>> = runners.iter().map(|_| None).collect();
    poll_fn(|cx| {
        for (runner, result) in runners.iter_mut().zip(&mut results) {
            if result.is_none()
                && let Poll::Ready(value) = runner.as_mut().poll(cx)
            {
                *result = Some(value);
            }
        }
        match results.iter().all(Option::is_some) {
            true => Poll::Ready(()),
            false => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    })
    .await;
    results.into_iter().flatten().collect()
}
