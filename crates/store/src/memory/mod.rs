//! The store in memory: for tests, and as the reference for the durable backends.
//!
//! It only adds a lock around [`State`]. The rules are in `state`, the reads in `reads`. Invariant:
//! the lock is held for a whole batch, so batches are serial and readers never see half a batch.

mod notes;
mod reads;
mod state;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use base::Id;
use domain::{BudgetState, BudgetSubject, Credential, Event, Kind, RealmName, Refusal, Use};

use tokio::sync::watch;

use self::state::State;
use crate::{
    Batch, Change, CommitError, Committed, EventQuery, IdempotencyRecord, Key, ListQuery,
    RefusalQuery, RevokedTokens, Store, StoreError, StoreReader, Stored,
};

/// A store whose contents are lost when it is dropped.
pub struct Memory {
    state: Mutex<State>,
    newest: watch::Sender<u64>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { state: Mutex::default(), newest: watch::Sender::new(0) }
    }
}

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

fn no_places() -> StoreError {
    StoreError::Failed("a realm has no more places in its status lists".to_owned())
}

#[async_trait]
impl StoreReader for Memory {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        Ok(self.state().fetch(key))
    }

    async fn fetch_many(&self, keys: &[(Kind, u128)]) -> Result<Vec<Stored>, StoreError> {
        let state = self.state();
        Ok(keys.iter().filter_map(|key| state.entities.get(key).cloned()).collect())
    }

    async fn scan(
        &self,
        kind: Kind,
        after: Option<u128>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        Ok(self.state().scan(kind, after, limit))
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<Stored>, StoreError> {
        Ok(self.state().list(query))
    }

    async fn budget(&self, subject: BudgetSubject) -> Result<BudgetState, StoreError> {
        Ok(self.state().budgets.get(&subject.as_u128()).copied().unwrap_or_default())
    }

    async fn token_revoked(&self, token: u128) -> Result<bool, StoreError> {
        Ok(self.state().revoked_tokens.contains_key(&token))
    }

    async fn revoked_tokens(&self, at_most: usize) -> Result<Option<RevokedTokens>, StoreError> {
        let state = self.state();
        let listed =
            || state.revoked_tokens.iter().map(|(token, until)| (*token, *until)).collect();
        Ok((state.revoked_tokens.len() <= at_most).then(listed))
    }

    async fn spent(&self, id: u128) -> Result<bool, StoreError> {
        Ok(self.state().spent.contains_key(&id))
    }

    async fn answer(
        &self,
        realm: &RealmName,
        key: &[u8; 32],
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        Ok(self.state().answers.get(&(realm.clone(), *key)).cloned())
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        Ok(self.state().events(query))
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        Ok(self.state().sequence)
    }

    async fn changes(&self, after: u64, limit: usize) -> Result<Option<Vec<Change>>, StoreError> {
        Ok(self.state().changes(after, limit))
    }

    async fn changed(&self, after: u64) {
        let mut newest = self.newest.subscribe();
        // The sender lives as long as `self`.
        let _ = newest.wait_for(|newest| *newest > after).await;
    }

    fn direct(&self) -> &dyn StoreReader {
        self
    }

    async fn uses(&self, credentials: &[Id<Credential>]) -> Result<Vec<Use>, StoreError> {
        let state = self.state();
        Ok(credentials.iter().filter_map(|id| state.uses.get(&id.as_u128()).cloned()).collect())
    }

    async fn refusals(&self, query: &RefusalQuery) -> Result<Vec<Refusal>, StoreError> {
        Ok(self.state().refusals(query))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait]
impl Store for Memory {
    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let (committed, newest) = {
            let mut state = self.state();
            (state.commit(batch)?, state.sequence)
        };
        self.newest.send_if_modified(|known| {
            let rises = *known < newest;
            *known = newest.max(*known);
            rises
        });
        Ok(committed)
    }

    async fn reserve_status_indexes(
        &self,
        realm: &RealmName,
        count: u32,
    ) -> Result<u32, StoreError> {
        let mut state = self.state();
        let next = state.status_indexes.entry(realm.clone()).or_default();
        let first = *next;
        *next = first.checked_add(count).ok_or_else(no_places)?;
        Ok(first)
    }

    async fn record_uses(&self, uses: Vec<Use>) -> Result<(), StoreError> {
        self.state().record_uses(uses);
        Ok(())
    }

    async fn record_refusals(&self, refusals: Vec<Refusal>) -> Result<(), StoreError> {
        self.state().record_refusals(refusals);
        Ok(())
    }
}
