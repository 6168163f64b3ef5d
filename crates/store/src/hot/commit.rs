//! Commits: what they write is in memory before they are acknowledged.

use std::sync::Arc;

use base::Timestamp;
use domain::Entity;

use super::Shared;
use super::packed::Put;
use crate::{Batch, CommitError, Committed, Key, StoreError, Stored, Version, Write};

/// What a batch will change in memory.
#[derive(Debug, Default)]
struct MemoryChange {
    entities: Vec<Stored>,
    removed: Vec<Entity>,
    tokens: Vec<(u128, Option<Timestamp>, Timestamp)>,
}

impl MemoryChange {
    fn of(batch: &Batch) -> Self {
        let mut change = Self::default();
        for write in &batch.writes {
            match write {
                Write::Insert(entity) => {
                    change.entities.push(Stored { entity: entity.clone(), version: Version(1) });
                }
                Write::Replace { entity, expected } => {
                    let version = Version(expected.0 + 1);
                    change.entities.push(Stored { entity: entity.clone(), version });
                }
                Write::Remove { entity, .. } => change.removed.push(entity.clone()),
                Write::RevokeToken { token, until, now } => {
                    change.tokens.push((*token, *until, *now));
                }
                Write::SpendBudget { .. }
                | Write::SpendOnce { .. }
                | Write::TakeNumber
                | Write::Remember(_) => {}
            }
        }
        change
    }

    const fn is_empty(&self) -> bool {
        self.entities.is_empty() && self.removed.is_empty() && self.tokens.is_empty()
    }

    /// All keys of the changed entities.
    fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for entity in self.entities.iter().map(|it| &it.entity).chain(&self.removed) {
            let (kind, realm) = (entity.kind(), entity.realm());
            keys.push(Key::Id(kind, entity.id()));
            let public_id = entity.public_id();
            keys.extend(public_id.map(|it| Key::PublicId(kind, realm.clone(), it.into())));
            keys.extend(entity.handle().map(|it| Key::Handle(kind, realm.clone(), it.into())));
        }
        keys
    }
}

/// A commit in progress. It may end by a result, a panic or the end of the runtime. In each case,
/// dropping it either puts the written entities into memory or marks their keys as uncertain.
struct CommitInProgress {
    shared: Arc<Shared>,
    change: MemoryChange,
    outcome: Outcome,
}

enum Outcome {
    /// It is unknown whether the batch was written.
    Unknown,
    Written(Committed),
    /// A precondition failed, so the memory may be outdated.
    Conflicted,
}

impl Drop for CommitInProgress {
    fn drop(&mut self) {
        match &self.outcome {
            Outcome::Written(committed) => self.shared.written(&self.change, committed),
            Outcome::Conflicted => self.shared.mark_uncertain(&self.change),
            Outcome::Unknown => {
                self.shared.mark_uncertain(&self.change);
                if !self.change.tokens.is_empty() {
                    self.shared.revoked.mark_uncertain();
                }
            }
        }
    }
}

impl CommitInProgress {
    async fn commit(mut self, batch: Batch) -> Result<Committed, CommitError> {
        let result = self.shared.inner.commit(batch).await;
        self.outcome = match &result {
            Ok(committed) => Outcome::Written(committed.clone()),
            Err(CommitError::Conflict(_)) => Outcome::Conflicted,
            Err(CommitError::Store(_)) => Outcome::Unknown,
        };
        result
    }
}

impl Shared {
    /// Commits in a separate task: if the caller goes away, memory still learns how the commit
    /// ended.
    pub(super) async fn commit(self: &Arc<Self>, batch: Batch) -> Result<Committed, CommitError> {
        let change = MemoryChange::of(&batch);
        if change.is_empty() {
            return self.inner.commit(batch).await;
        }
        let in_progress =
            CommitInProgress { shared: Arc::clone(self), change, outcome: Outcome::Unknown };
        let task = tokio::spawn(in_progress.commit(batch));
        task.await.unwrap_or_else(|problem| Err(StoreError::Failed(problem.to_string()).into()))
    }

    fn written(&self, change: &MemoryChange, committed: &Committed) {
        let put = || change.entities.iter().for_each(|it| self.packed.put(it, Put::Used));
        if change.entities.len() > 1 {
            self.lookup_state.put_together(put)
        } else {
            put()
        }
        let now = self.options.clock.now();
        change.removed.iter().for_each(|it| self.packed.remove(it.kind(), it.id(), now));
        for (token, until, now) in &change.tokens {
            self.revoked.add(*token, *until, *now);
            self.packed.notify(|watcher| watcher.token(*token, *until));
        }
        if let Some(sequence) = committed.sequence {
            self.followed.is_in_memory(sequence);
        }
    }

    fn mark_uncertain(&self, change: &MemoryChange) {
        if !self.uncertain.add(change.keys()) {
            self.followed.start_over();
        }
    }
}
