//! [`Hot`] as a [`Store`]. It forwards what it does not keep to the store behind it.

use async_trait::async_trait;
use domain::Kind;

use super::Hot;
use crate::{
    Batch, CommitError, Committed, Key, ListQuery, Store, StoreError, StoreReader, Stored,
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
impl StoreReader for Hot {
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

    async fn list(&self, query: &ListQuery) -> Result<Vec<Stored>, StoreError> {
        let read = self.inner().list(query).await?;
        self.shared.keep_all(&read);
        Ok(read)
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

    fn direct(&self) -> &dyn StoreReader {
        match &self.direct {
            Some(direct) => &**direct,
            None => self,
        }
    }

    crate::forward!(scan, budget, revoked_tokens, spent, answer, events, sequence, changes);
    crate::forward!(changed, uses, refusals, ping);
}

#[async_trait]
impl Store for Hot {
    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        self.shared.commit(batch).await
    }

    crate::forward!(reserve_status_indexes, record_uses, record_refusals);
}
