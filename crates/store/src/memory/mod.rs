//! The store in memory: for tests, and as the model that the durable backends are held against.
//!
//! Owns nothing but a lock around [`State`]; every rule is in `state`, every read in `reads`.
//! Invariant: the lock is held for a whole batch, so batches are serial and readers see no half.

mod notes;
mod reads;
mod state;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use base::Id;
use domain::{BudgetState, BudgetSubject, Credential, Event, RealmName, Refusal, Use};

use self::state::State;
use crate::{
    Answer, Batch, CommitError, Committed, EventQuery, Key, ListQuery, RefusalQuery, RevokedTokens,
    Store, StoreError, Stored,
};

/// A store that forgets everything when it is dropped.
#[derive(Default)]
pub struct Memory(Mutex<State>);

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

#[async_trait]
impl Store for Memory {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        Ok(self.state().fetch(key))
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<Stored>, StoreError> {
        Ok(self.state().list(query))
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        Ok(self.state().commit(batch)?)
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
    ) -> Result<Option<Answer>, StoreError> {
        Ok(self.state().answers.get(&(realm.clone(), *key)).cloned())
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        Ok(self.state().events(query))
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        Ok(self.state().sequence)
    }

    async fn record_uses(&self, uses: Vec<Use>) -> Result<(), StoreError> {
        self.state().record_uses(uses);
        Ok(())
    }

    async fn uses(&self, credentials: &[Id<Credential>]) -> Result<Vec<Use>, StoreError> {
        let state = self.state();
        Ok(credentials.iter().filter_map(|id| state.uses.get(&id.as_u128()).cloned()).collect())
    }

    async fn record_refusals(&self, refusals: Vec<Refusal>) -> Result<(), StoreError> {
        self.state().record_refusals(refusals);
        Ok(())
    }

    async fn refusals(&self, query: &RefusalQuery) -> Result<Vec<Refusal>, StoreError> {
        Ok(self.state().refusals(query))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
