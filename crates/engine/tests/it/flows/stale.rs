//! A store that misses an existing row once: the state that a request sees when it reads a moment
//! before another request writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use async_trait::async_trait;
use domain::Kind;
use engine::{Denial, answer};
use oauth::{Reply, Request};
use store::{Key, Memory, Store, StoreError, StoreReader, Stored};

use crate::flows::world::World;

#[derive(Debug)]
pub(crate) struct Stale {
    inner: Arc<Memory>,
    unseen: Key,
    lied: AtomicBool,
}

impl Stale {
    fn inner(&self) -> &dyn Store {
        &*self.inner
    }

    pub(crate) fn of(world: &World, kind: Kind, id: u128) -> Self {
        let inner = Arc::clone(&world.store);
        Self { inner, unseen: Key::Id(kind, id), lied: AtomicBool::new(false) }
    }

    pub(crate) fn lied(&self) -> bool {
        self.lied.load(Relaxed)
    }

    pub(crate) async fn ask(&self, world: &World, request: &Request) -> Result<Reply, Denial> {
        world
            .run_on(self, async |ctx| answer(ctx, request).await.map(|answered| answered.reply))
            .await
    }
}

#[async_trait]
impl StoreReader for Stale {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        if *key == self.unseen && !self.lied.swap(true, Relaxed) {
            return Ok(None);
        }
        self.inner.fetch(key).await
    }

    fn direct(&self) -> &dyn StoreReader {
        self
    }

    store::forward!(fetch_many, scan, list, budget, token_revoked, revoked_tokens, spent);
    store::forward!(answer, events, sequence, changes, changed, uses, refusals, ping);
}

#[async_trait]
impl Store for Stale {
    store::forward!(commit, reserve_status_indexes, record_uses, record_refusals);
}
