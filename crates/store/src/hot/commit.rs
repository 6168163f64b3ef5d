//! Commits: what they write is in memory before they are acknowledged.

use std::sync::Arc;

use base::Timestamp;

use super::Shared;
use super::packed::Put;
use crate::{Batch, CommitError, Committed, Key, StoreError, Stored, Version, Write};

/// What a batch changes of what is remembered, as it will be.
#[derive(Debug, Default)]
struct Touched {
    entities: Vec<Stored>,
    tokens: Vec<(u128, Option<Timestamp>, Timestamp)>,
}

impl Touched {
    fn by(batch: &Batch) -> Self {
        let mut touched = Self::default();
        for write in &batch.writes {
            match write {
                Write::Insert(entity) => {
                    touched.entities.push(Stored { entity: entity.clone(), version: Version(1) });
                }
                Write::Replace { entity, expected } => {
                    let version = Version(expected.0 + 1);
                    touched.entities.push(Stored { entity: entity.clone(), version });
                }
                Write::RevokeToken { token, until, now } => {
                    touched.tokens.push((*token, *until, *now));
                }
                Write::SpendBudget { .. } | Write::SpendOnce { .. } | Write::Remember(_) => {}
            }
        }
        touched
    }

    const fn is_empty(&self) -> bool {
        self.entities.is_empty() && self.tokens.is_empty()
    }

    /// Every key that finds one of the entities.
    fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for Stored { entity, .. } in &self.entities {
            let (kind, realm) = (entity.kind(), entity.realm());
            keys.push(Key::Id(kind, entity.id()));
            let public_id = entity.public_id();
            keys.extend(public_id.map(|it| Key::PublicId(kind, realm.clone(), it.into())));
            keys.extend(entity.handle().map(|it| Key::Handle(kind, realm.clone(), it.into())));
        }
        keys
    }
}

/// A commit under way. However it ends, by an answer, a panic or the end of the runtime, dropping
/// this leaves the memory with what was written, or in doubt of it.
struct Writing {
    shared: Arc<Shared>,
    touched: Touched,
    end: End,
}

enum End {
    /// Not known: it may have been written, or not.
    Unknown,
    Written(Committed),
    /// It met what was other than it thought, and so than memory says, perhaps.
    Refused,
}

impl Drop for Writing {
    fn drop(&mut self) {
        match &self.end {
            End::Written(committed) => self.shared.written(&self.touched, committed),
            End::Refused => self.shared.doubt(&self.touched),
            End::Unknown => {
                self.shared.doubt(&self.touched);
                if !self.touched.tokens.is_empty() {
                    self.shared.revoked.forget();
                }
            }
        }
    }
}

impl Writing {
    async fn commit(mut self, batch: Batch) -> Result<Committed, CommitError> {
        let result = self.shared.inner.commit(batch).await;
        self.end = match &result {
            Ok(committed) => End::Written(committed.clone()),
            Err(CommitError::Conflict(_)) => End::Refused,
            Err(CommitError::Store(_)) => End::Unknown,
        };
        result
    }
}

impl Shared {
    /// Commits in a task of its own, so that a caller who goes away leaves no change behind of which
    /// memory was not told.
    pub(super) async fn commit(self: &Arc<Self>, batch: Batch) -> Result<Committed, CommitError> {
        let touched = Touched::by(&batch);
        if touched.is_empty() {
            return self.inner.commit(batch).await;
        }
        let writing = Writing { shared: Arc::clone(self), touched, end: End::Unknown };
        let task = tokio::spawn(writing.commit(batch));
        task.await.unwrap_or_else(|problem| Err(StoreError::Failed(problem.to_string()).into()))
    }

    fn written(&self, touched: &Touched, committed: &Committed) {
        let put = || touched.entities.iter().for_each(|it| self.packed.put(it, Put::Used));
        if touched.entities.len() > 1 {
            self.manner.together(put)
        } else {
            put()
        }
        for (token, until, now) in &touched.tokens {
            self.revoked.add(*token, *until, *now);
            self.packed.tell(|watcher| watcher.token(*token, *until));
        }
        if let Some(sequence) = committed.sequence {
            self.followed.is_in_memory(sequence);
        }
    }

    fn doubt(&self, touched: &Touched) {
        if !self.doubts.add(touched.keys()) {
            self.followed.start_over();
        }
    }
}
