//! A store that once does not see a row which is there: what a decision sees that looked a moment
//! before another one wrote.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use async_trait::async_trait;
use base::{Clock as _, Id, SystemRng};
use domain::{BudgetState, BudgetSubject, Credential, Event, Kind, RealmName, Refusal, Use};
use engine::{Context, Denial, RequestOrigin, answer};
use oauth::{Reply, Request};
use store::{
    Batch, Change, CommitError, Committed, EventQuery, IdempotencyRecord, Key, ListQuery, Memory,
    RefusalQuery, RevokedTokens, Store, StoreError, Stored,
};

use crate::world::World;

#[derive(Debug)]
pub(crate) struct Stale {
    inner: Arc<Memory>,
    unseen: Key,
    lied: AtomicBool,
}

impl Stale {
    pub(crate) fn of(world: &World, kind: Kind, id: u128) -> Self {
        let inner = Arc::clone(&world.store);
        Self { inner, unseen: Key::Id(kind, id), lied: AtomicBool::new(false) }
    }

    pub(crate) fn lied(&self) -> bool {
        self.lied.load(Relaxed)
    }

    pub(crate) async fn ask(&self, world: &World, request: &Request) -> Result<Reply, Denial> {
        let origin = RequestOrigin::default();
        let ctx = Context {
            issuer: &world.issuer,
            store: self,
            now: world.clock.now(),
            rng: &SystemRng,
            digests: &world.digests,
            origin: &origin,
            attempt: 0,
        };
        answer(&ctx, request).await.map(|answered| answered.reply)
    }
}

#[async_trait]
impl Store for Stale {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        if *key == self.unseen && !self.lied.swap(true, Relaxed) {
            return Ok(None);
        }
        self.inner.fetch(key).await
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<Stored>, StoreError> {
        self.inner.list(query).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        self.inner.commit(batch).await
    }

    async fn budget(&self, subject: BudgetSubject) -> Result<BudgetState, StoreError> {
        self.inner.budget(subject).await
    }

    async fn token_revoked(&self, token: u128) -> Result<bool, StoreError> {
        self.inner.token_revoked(token).await
    }

    async fn revoked_tokens(&self, at_most: usize) -> Result<Option<RevokedTokens>, StoreError> {
        self.inner.revoked_tokens(at_most).await
    }

    async fn spent(&self, id: u128) -> Result<bool, StoreError> {
        self.inner.spent(id).await
    }

    async fn answer(
        &self,
        realm: &RealmName,
        key: &[u8; 32],
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.inner.answer(realm, key).await
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        self.inner.events(query).await
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        self.inner.sequence().await
    }

    async fn record_uses(&self, uses: Vec<Use>) -> Result<(), StoreError> {
        self.inner.record_uses(uses).await
    }

    async fn uses(&self, credentials: &[Id<Credential>]) -> Result<Vec<Use>, StoreError> {
        self.inner.uses(credentials).await
    }

    async fn record_refusals(&self, refusals: Vec<Refusal>) -> Result<(), StoreError> {
        self.inner.record_refusals(refusals).await
    }

    async fn refusals(&self, query: &RefusalQuery) -> Result<Vec<Refusal>, StoreError> {
        self.inner.refusals(query).await
    }

    async fn fetch_many(&self, keys: &[(Kind, u128)]) -> Result<Vec<Stored>, StoreError> {
        self.inner.fetch_many(keys).await
    }

    async fn scan(
        &self,
        kind: Kind,
        after: Option<u128>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        self.inner.scan(kind, after, limit).await
    }

    async fn changes(&self, after: u64, limit: usize) -> Result<Option<Vec<Change>>, StoreError> {
        self.inner.changes(after, limit).await
    }

    async fn changed(&self, after: u64) {
        self.inner.changed(after).await;
    }

    async fn reserve_status_indexes(
        &self,
        realm: &RealmName,
        count: u32,
    ) -> Result<u32, StoreError> {
        self.inner.reserve_status_indexes(realm, count).await
    }

    fn direct(&self) -> &dyn Store {
        self
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}
