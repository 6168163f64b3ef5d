//! Fills the memory and follows what this node and other nodes commit.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use base::Timestamp;
use domain::Kind;

use super::packed::Put;
use super::{Hot, Shared, Watch};
use crate::{Change, Effect, Key, MAX_SCAN, StoreError};

/// The largest number of changes in one read, and of uncertain keys settled at once.
const BATCH_SIZE: usize = 1_000;

impl Hot {
    /// Registers `watcher` for everything that comes into memory. Call it before [`Hot::fill`].
    pub fn watch(&self, watcher: Arc<dyn Watch>) {
        self.shared.packed.watch(watcher);
    }

    /// Reads everything. Other reads are answered meanwhile.
    ///
    /// # Errors
    /// When the store cannot be read. What was read so far stays in memory.
    pub async fn fill(&self) -> Result<(), StoreError> {
        let _alone = self.shared.followed.one_at_a_time.lock().await;
        self.shared.fill().await
    }

    /// Whether every entity is in memory.
    pub fn is_filled(&self) -> bool {
        self.shared.is_filled()
    }

    /// Reads what this node and other nodes committed since the last call, and returns the new
    /// [`Hot::position`]. Where memory is not filled, or the store no longer keeps all changes
    /// since the last call, everything is read.
    ///
    /// # Errors
    /// When the store cannot be read. The memory stays as it was.
    pub async fn advance(&self) -> Result<u64, StoreError> {
        let shared = &self.shared;
        let _alone = shared.followed.one_at_a_time.lock().await;
        loop {
            if !shared.is_filled() {
                shared.fill().await?;
            }
            let started = shared.options.clock.now();
            let position = self.position();
            let Some(changes) = shared.inner.changes(position, BATCH_SIZE).await? else {
                shared.followed.start_over();
                continue;
            };
            shared.read_changed(&changes, started).await?;
            let newest = changes.last().map_or(position, |last| last.sequence);
            shared.followed.came_to(newest);
            if changes.len() < BATCH_SIZE {
                shared.settle_doubts().await?;
                shared.followed.as_of.store(started.millis(), SeqCst);
                return Ok(newest);
            }
        }
    }

    /// Every published commit up to this sequence number is in memory.
    pub fn position(&self) -> u64 {
        self.shared.followed.position.load(SeqCst)
    }

    /// The time up to which memory is known to be complete: the start of the last [`Hot::advance`]
    /// that succeeded. For a sole writer, memory is always complete.
    pub fn as_of(&self) -> Timestamp {
        let options = &self.shared.options;
        if options.sole_writer { options.clock.now() } else { self.shared.followed.as_of() }
    }
}

impl Shared {
    pub(super) fn is_filled(&self) -> bool {
        self.followed.filled.load(SeqCst) && self.packed.is_whole()
    }

    async fn fill(&self) -> Result<(), StoreError> {
        // The scans may miss later commits, so the memory follows the feed from here.
        let position = self.inner.sequence().await?;
        for kind in Kind::ALL {
            let mut after = None;
            // What is in memory and not in the store was removed while this node did not follow.
            let mut unseen = self.packed.ids(kind);
            loop {
                let read = self.inner.scan(kind, after, MAX_SCAN).await?;
                for it in &read {
                    unseen.remove(&it.entity.id());
                }
                for some in read.chunks(256) {
                    some.iter().for_each(|it| self.packed.put(it, Put::Filling));
                    tokio::task::yield_now().await;
                }
                match read.last() {
                    Some(last) if read.len() >= MAX_SCAN => after = Some(last.entity.id()),
                    _ => break,
                }
            }
            let unseen: Vec<(Kind, u128)> = unseen.into_iter().map(|id| (kind, id)).collect();
            self.read_again(&unseen).await?;
        }
        for (token, until) in self.revoked.read(&*self.inner).await? {
            self.packed.notify(|watcher| watcher.token(token, until));
        }
        self.followed.came_to(position);
        self.followed.filled.store(true, SeqCst);
        Ok(())
    }

    /// Reads the changed entities and keeps them.
    async fn read_changed(&self, changes: &[Change], now: Timestamp) -> Result<(), StoreError> {
        let (mut keys, mut tokens) = (BTreeSet::new(), Vec::new());
        let foreign: Vec<&Change> = {
            let own = self.followed.own();
            changes.iter().filter(|change| !own.contains(&change.sequence)).collect()
        };
        for effect in foreign.iter().flat_map(|change| &change.effects) {
            match effect {
                Effect::Entity { kind, id } => drop(keys.insert((*kind, *id))),
                Effect::Token { token, until } => tokens.push((*token, *until)),
            }
        }
        let keys: Vec<(Kind, u128)> = keys.into_iter().collect();
        self.read_again(&keys).await?;
        for (token, until) in tokens {
            self.revoked.add(token, until, now);
            self.packed.notify(|watcher| watcher.token(token, until));
        }
        Ok(())
    }

    /// Reads entities that were in the store, and keeps them. Those that are there no more were
    /// removed.
    async fn read_again(&self, keys: &[(Kind, u128)]) -> Result<(), StoreError> {
        let mut read = Vec::new();
        for some in keys.chunks(MAX_SCAN) {
            read.extend(self.inner.fetch_many(some).await?);
        }
        self.lookup_state.put_together(|| self.keep_all(&read));
        let mut gone: BTreeSet<(Kind, u128)> = keys.iter().copied().collect();
        for it in &read {
            gone.remove(&(it.entity.kind(), it.entity.id()));
        }
        let now = self.options.clock.now();
        gone.into_iter().for_each(|(kind, id)| self.packed.remove(kind, id, now));
        Ok(())
    }

    async fn settle_doubts(&self) -> Result<(), StoreError> {
        let uncertain: Vec<Key> = self.uncertain.some(BATCH_SIZE);
        for key in &uncertain {
            self.read(key).await?;
        }
        Ok(())
    }
}
