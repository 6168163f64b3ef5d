//! [`Hot`]: answers the reads of the hot path from memory.
//!
//! Invariant: a fetch that starts after a commit was acknowledged never returns what was before it.
//! [`entities`] says how, for rows; [`revoked`] for tokens revoked by themselves. Every commit that
//! changes what is remembered runs in a task of its own, so that a caller who goes away cannot
//! leave a change behind of which the memory was not told.

mod entities;
mod follow;
mod options;
mod revoked;
#[cfg(test)]
mod tests;
mod weight;

pub use options::{HotOptions, Watch};

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base::Id;
use domain::{BudgetState, BudgetSubject, Credential, Event, Kind, RealmName, Refusal, Use};

use crate::{
    Answer, Batch, Change, CommitError, Committed, EventQuery, Key, ListQuery, RefusalQuery,
    RevokedTokens, Store, StoreError, Stored, Write,
};
use entities::Entities;
use revoked::Revoked;

/// A store in front of another, which keeps what was fetched lately, and what was not found, in
/// bounded memory.
///
/// It is for a store that has **one writer process** (SQLite): it must see every write. Several
/// nodes on one database may use it only once each follows the others' changes by the feed of
/// events; until then their reads go to the database.
///
/// It also relies on a failed commit being settled: after an error the inner store may or may not
/// have written the batch, but it does not write it later.
pub struct Hot {
    shared: Arc<Shared>,
}

struct Shared {
    inner: Arc<dyn Store>,
    options: HotOptions,
    entities: Entities,
    revoked: Revoked,
    followed: follow::Followed,
}

impl Hot {
    /// Puts memory before `inner`.
    pub fn new(inner: Arc<dyn Store>, options: HotOptions) -> Self {
        let (entities, revoked) = (Entities::new(options.capacity), Revoked::default());
        let followed = follow::Followed::default();
        Self { shared: Arc::new(Shared { inner, options, entities, revoked, followed }) }
    }

    fn inner(&self) -> &dyn Store {
        &*self.shared.inner
    }
}

impl fmt::Debug for Hot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hot").field(&self.shared.inner).finish()
    }
}

/// What a batch changes of what is remembered.
#[derive(Debug, Default)]
struct Touched {
    keys: Vec<Key>,
    tokens: Vec<revoked::Revocation>,
}

impl Touched {
    fn by(batch: &Batch) -> Self {
        let mut touched = Self::default();
        for write in &batch.writes {
            match write {
                Write::Insert(entity) | Write::Replace { entity, .. } => {
                    entities::push_keys(entity, &mut touched.keys);
                }
                Write::RevokeToken { token, until, now } => {
                    let (token, until, now) = (*token, *until, *now);
                    touched.tokens.push(revoked::Revocation { token, until, now });
                }
                Write::SpendBudget { .. } | Write::SpendOnce { .. } | Write::Remember(_) => {}
            }
        }
        touched
    }

    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.tokens.is_empty()
    }
}

/// A commit under way. However it ends, by an answer, a panic or the end of the runtime, dropping
/// this makes the memory forget what may have changed.
struct Writing {
    shared: Arc<Shared>,
    touched: Touched,
    /// Whether it is known what was written.
    settled: Option<Settled>,
}

#[derive(Clone, Copy)]
enum Settled {
    Written,
    NotWritten,
}

impl Writing {
    fn begin(shared: Arc<Shared>, touched: Touched) -> Self {
        shared.entities.begin(&touched.keys);
        Self { shared, touched, settled: None }
    }

    async fn commit(mut self, batch: Batch) -> Result<Committed, CommitError> {
        let result = self.shared.inner.commit(batch).await;
        self.settled = match &result {
            Ok(_) => Some(Settled::Written),
            Err(CommitError::Conflict(_)) => Some(Settled::NotWritten),
            Err(CommitError::Store(_)) => None,
        };
        result
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.shared.entities.end(&self.touched.keys);
        match self.settled {
            _ if self.touched.tokens.is_empty() => {}
            Some(Settled::Written) => self.shared.revoked.add(&self.touched.tokens),
            Some(Settled::NotWritten) => {}
            None => self.shared.revoked.forget(),
        }
    }
}

#[async_trait]
impl Store for Hot {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        if !self.shared.options.sole_writer {
            return self.inner().fetch(key).await;
        }
        if let Some(known) = self.shared.entities.lookup(key) {
            return Ok(known);
        }
        let as_of = self.shared.entities.generation();
        let found = self.inner().fetch(key).await?;
        self.shared.entities.remember(key, found.as_ref(), as_of);
        Ok(found)
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let touched = Touched::by(&batch);
        if touched.is_empty() {
            return self.inner().commit(batch).await;
        }
        let puts = follow::puts(&batch);
        let shared = Arc::clone(&self.shared);
        let task = tokio::spawn(async move {
            let committed = Writing::begin(Arc::clone(&shared), touched).commit(batch).await?;
            shared.followed.tell(&puts);
            Ok(committed)
        });
        task.await.unwrap_or_else(|problem| Err(StoreError::Failed(problem.to_string()).into()))
    }

    async fn token_revoked(&self, token: u128) -> Result<bool, StoreError> {
        if !self.shared.options.sole_writer {
            return self.inner().token_revoked(token).await;
        }
        self.shared.revoked.contains(token, self.inner()).await
    }

    async fn revoked_tokens(&self, at_most: usize) -> Result<Option<RevokedTokens>, StoreError> {
        self.inner().revoked_tokens(at_most).await
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<Stored>, StoreError> {
        self.inner().list(query).await
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
    ) -> Result<Option<Answer>, StoreError> {
        self.inner().answer(realm, key).await
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        self.inner().events(query).await
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        self.inner().sequence().await
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

    async fn fetch_many(&self, keys: &[(Kind, u128)]) -> Result<Vec<Stored>, StoreError> {
        self.inner().fetch_many(keys).await
    }

    async fn scan(
        &self,
        kind: Kind,
        after: Option<u128>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        self.inner().scan(kind, after, limit).await
    }

    async fn changes(&self, after: u64, limit: usize) -> Result<Option<Vec<Change>>, StoreError> {
        self.inner().changes(after, limit).await
    }

    async fn changed(&self, after: u64) {
        self.inner().changed(after).await;
    }

    async fn reserve_places(&self, realm: &RealmName, count: u32) -> Result<u32, StoreError> {
        self.inner().reserve_places(realm, count).await
    }

    fn direct(&self) -> &dyn Store {
        self
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner().ping().await
    }
}
