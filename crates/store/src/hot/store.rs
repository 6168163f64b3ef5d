//! [`Hot`] as a [`Store`]. It forwards what it does not keep to the store behind it.

use async_trait::async_trait;
use base::Id;
use domain::{BudgetState, BudgetSubject, Credential, Event, Kind, RealmName, Refusal, Use};

use super::Hot;
use crate::{
    Batch, Change, CommitError, Committed, EventQuery, IdempotencyRecord, Key, ListQuery,
    RefusalQuery, RevokedTokens, Store, StoreError, Stored,
};

impl Hot {
    fn inner(&self) -> &dyn Store {
        &*self.shared.inner
    }

    /// Whether memory may answer. For a sole writer, it always may.
    fn answers_from_memory(&self) -> bool {
        self.direct.is_some() || self.shared.options.sole_writer
    }
}

#[async_trait]
impl Store for Hot {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        if self.answers_from_memory() {
            self.shared.fetch(key).await
        } else {
            self.shared.read(key).await
        }
    }

    async fn fetch_many(&self, keys: &[(Kind, u128)]) -> Result<Vec<Stored>, StoreError> {
        let read = self.inner().fetch_many(keys).await?;
        self.shared.keep_all(&read);
        Ok(read)
    }

    async fn scan(
        &self,
        kind: Kind,
        after: Option<u128>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        self.inner().scan(kind, after, limit).await
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<Stored>, StoreError> {
        let read = self.inner().list(query).await?;
        self.shared.keep_all(&read);
        Ok(read)
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        self.shared.commit(batch).await
    }

    async fn token_revoked(&self, token: u128) -> Result<bool, StoreError> {
        let shared = &self.shared;
        let now = shared.options.clock.now();
        if self.answers_from_memory() && !shared.is_stale(now) {
            return shared.revoked.contains(token, self.inner()).await;
        }
        if !self.answers_from_memory() {
            return self.inner().token_revoked(token).await;
        }
        match shared.unless_store_is_away(self.inner().token_revoked(token)).await {
            Some(read) => read,
            None => shared.revoked.contains(token, self.inner()).await,
        }
    }

    async fn revoked_tokens(&self, at_most: usize) -> Result<Option<RevokedTokens>, StoreError> {
        self.inner().revoked_tokens(at_most).await
    }

    async fn budget(&self, subject: BudgetSubject) -> Result<BudgetState, StoreError> {
        self.inner().budget(subject).await
    }

    async fn spent(&self, id: u128) -> Result<bool, StoreError> {
        self.inner().spent(id).await
    }

    async fn answer(
        &self,
        realm: &RealmName,
        key: &[u8; 32],
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.inner().answer(realm, key).await
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        self.inner().events(query).await
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        self.inner().sequence().await
    }

    async fn changes(&self, after: u64, limit: usize) -> Result<Option<Vec<Change>>, StoreError> {
        self.inner().changes(after, limit).await
    }

    async fn changed(&self, after: u64) {
        self.inner().changed(after).await;
    }

    async fn reserve_status_indexes(
        &self,
        realm: &RealmName,
        count: u32,
    ) -> Result<u32, StoreError> {
        self.inner().reserve_status_indexes(realm, count).await
    }

    fn direct(&self) -> &dyn Store {
        match &self.direct {
            Some(direct) => &**direct,
            None => self,
        }
    }

    async fn record_uses(&self, uses: Vec<Use>) -> Result<(), StoreError> {
        self.inner().record_uses(uses).await
    }

    async fn uses(&self, credentials: &[Id<Credential>]) -> Result<Vec<Use>, StoreError> {
        self.inner().uses(credentials).await
    }

    async fn record_refusals(&self, refusals: Vec<Refusal>) -> Result<(), StoreError> {
        self.inner().record_refusals(refusals).await
    }

    async fn refusals(&self, query: &RefusalQuery) -> Result<Vec<Refusal>, StoreError> {
        self.inner().refusals(query).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner().ping().await
    }
}
