//! Filling the memory, and following what other nodes commit.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, PoisonError, RwLock};

use base::Timestamp;
use domain::{Entity, Kind};

use super::entities::push_keys;
use super::{Hot, Watch};
use crate::{Batch, Change, Effect, MAX_SCAN, StoreError, Stored, Write};

/// The most changes that are read at once.
const CHANGES: usize = 1_000;
/// The most tokens revoked by themselves that are told of at the start.
const TOKENS: usize = 1 << 20;

/// How far memory has come.
#[derive(Default)]
pub(super) struct Followed {
    watchers: RwLock<Vec<Arc<dyn Watch>>>,
    filled: AtomicBool,
    position: AtomicU64,
    as_of: AtomicI64,
    one_at_a_time: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Followed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Followed").field("position", &self.position).finish_non_exhaustive()
    }
}

/// What watchers are told of a batch once it is written.
pub(super) fn puts(batch: &Batch) -> Vec<Put> {
    let put = |write: &Write| match write {
        Write::Insert(entity) | Write::Replace { entity, .. } => Some(Put::Entity(entity.clone())),
        Write::RevokeToken { token, until, .. } => Some(Put::Token(*token, *until)),
        Write::SpendBudget { .. } | Write::SpendOnce { .. } | Write::Remember(_) => None,
    };
    batch.writes.iter().filter_map(put).collect()
}

#[derive(Debug)]
pub(super) enum Put {
    Entity(Entity),
    Token(u128, Option<Timestamp>),
}

impl Followed {
    pub(super) fn tell(&self, puts: &[Put]) {
        for watcher in self.watchers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            for put in puts {
                match put {
                    Put::Entity(entity) => watcher.entity(entity),
                    Put::Token(token, until) => watcher.token(*token, *until),
                }
            }
        }
    }

    fn tell_read(&self, read: &[Stored]) {
        let puts: Vec<Put> = read.iter().map(|it| Put::Entity(it.entity.clone())).collect();
        self.tell(&puts);
    }
}

impl Hot {
    /// From now on `watcher` is told of what comes into memory. Before [`Hot::fill`].
    pub fn watch(&self, watcher: Arc<dyn Watch>) {
        let watchers = &self.shared.followed.watchers;
        watchers.write().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    /// Reads everything.
    ///
    /// # Errors
    /// When the store cannot be read; what was read so far stays.
    pub async fn fill(&self) -> Result<(), StoreError> {
        let _alone = self.shared.followed.one_at_a_time.lock().await;
        self.fill_alone().await
    }

    async fn fill_alone(&self) -> Result<(), StoreError> {
        let followed = &self.shared.followed;
        let position = self.inner().sequence().await?;
        for kind in Kind::ALL {
            let mut after = None;
            loop {
                let read = self.inner().scan(kind, after, MAX_SCAN).await?;
                followed.tell_read(&read);
                after = read.last().map(|last| last.entity.id());
                if read.len() < MAX_SCAN {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let tokens = self.inner().revoked_tokens(TOKENS).await?.unwrap_or_default();
        let tokens: Vec<Put> =
            tokens.into_iter().map(|(token, until)| Put::Token(token, until)).collect();
        followed.tell(&tokens);
        followed.position.store(position, SeqCst);
        followed.filled.store(true, SeqCst);
        Ok(())
    }

    /// Whether everything was read.
    pub fn is_filled(&self) -> bool {
        self.shared.followed.filled.load(SeqCst)
    }

    /// Takes in what was committed since the last time, here and on other nodes. Gives the new
    /// [`Hot::position`].
    ///
    /// # Errors
    /// When the store cannot be read; memory stays as it was.
    pub async fn advance(&self) -> Result<u64, StoreError> {
        let followed = &self.shared.followed;
        let _alone = followed.one_at_a_time.lock().await;
        if !self.is_filled() {
            self.fill_alone().await?;
        }
        loop {
            let started = self.shared.options.clock.now();
            let Some(changes) = self.inner().changes(self.position(), CHANGES).await? else {
                followed.filled.store(false, SeqCst);
                self.fill_alone().await?;
                continue;
            };
            self.take_in(&changes).await?;
            if let Some(last) = changes.last() {
                followed.position.store(last.sequence, SeqCst);
            }
            if changes.len() < CHANGES {
                followed.as_of.store(started.millis(), SeqCst);
                return Ok(self.position());
            }
        }
    }

    async fn take_in(&self, changes: &[Change]) -> Result<(), StoreError> {
        let (mut keys, mut tokens) = (BTreeSet::new(), Vec::new());
        for effect in changes.iter().flat_map(|change| &change.effects) {
            match effect {
                Effect::Entity { kind, id } => {
                    keys.insert((*kind, *id));
                }
                Effect::Token { token, until } => tokens.push(Put::Token(*token, *until)),
            }
        }
        let keys: Vec<(Kind, u128)> = keys.into_iter().collect();
        for some in keys.chunks(MAX_SCAN) {
            let read = self.inner().fetch_many(some).await?;
            let mut names = Vec::new();
            read.iter().for_each(|it| push_keys(&it.entity, &mut names));
            self.shared.entities.begin(&names);
            self.shared.entities.end(&names);
            self.shared.followed.tell_read(&read);
        }
        self.shared.followed.tell(&tokens);
        Ok(())
    }

    /// Every told commit up to this sequence number is in memory.
    pub fn position(&self) -> u64 {
        self.shared.followed.position.load(SeqCst)
    }

    /// As of when memory is known to be true: the start of the last [`Hot::advance`] that came to
    /// the end. For a sole writer it is always true.
    pub fn as_of(&self) -> Timestamp {
        if self.shared.options.sole_writer {
            return self.shared.options.clock.now();
        }
        Timestamp::from_millis(self.shared.followed.as_of.load(SeqCst))
    }
}
