//! Filling the memory, and following what is committed, here and on other nodes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use base::Timestamp;
use domain::Kind;

use super::packed::Put;
use super::{Hot, Shared, Watch};
use crate::{Change, Effect, Key, MAX_SCAN, StoreError};

/// The most changes that are read at once, and the most doubts that are settled.
const AT_ONCE: usize = 1_000;

impl Hot {
    /// From now on `watcher` is told of what comes into memory. Before [`Hot::fill`].
    pub fn watch(&self, watcher: Arc<dyn Watch>) {
        self.shared.packed.watch(watcher);
    }

    /// Reads everything. Reads are answered meanwhile.
    ///
    /// # Errors
    /// When the store cannot be read; what was read so far stays.
    pub async fn fill(&self) -> Result<(), StoreError> {
        let _alone = self.shared.followed.one_at_a_time.lock().await;
        self.shared.fill().await
    }

    /// Whether everything was read.
    pub fn is_filled(&self) -> bool {
        self.shared.is_filled()
    }

    /// Takes in what was committed since the last time, here and on other nodes. Gives the new
    /// [`Hot::position`]. Where memory is not filled, or not every change since is told any more,
    /// everything is read.
    ///
    /// # Errors
    /// When the store cannot be read; memory stays as it was.
    pub async fn advance(&self) -> Result<u64, StoreError> {
        let shared = &self.shared;
        let _alone = shared.followed.one_at_a_time.lock().await;
        loop {
            if !shared.is_filled() {
                shared.fill().await?;
            }
            let started = shared.options.clock.now();
            let position = self.position();
            let Some(changes) = shared.inner.changes(position, AT_ONCE).await? else {
                shared.followed.start_over();
                continue;
            };
            shared.take_in(&changes, started).await?;
            let newest = changes.last().map_or(position, |last| last.sequence);
            shared.followed.came_to(newest);
            if changes.len() < AT_ONCE {
                shared.settle_doubts().await?;
                shared.followed.as_of.store(started.millis(), SeqCst);
                return Ok(newest);
            }
        }
    }

    /// Every told commit up to this sequence number is in memory.
    pub fn position(&self) -> u64 {
        self.shared.followed.position.load(SeqCst)
    }

    /// As of when memory is known to be true: the start of the last [`Hot::advance`] that came to
    /// the end. For a sole writer it is always true.
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
        // What is committed later may be missed by the scans, and is followed from here.
        let position = self.inner.sequence().await?;
        for kind in Kind::ALL {
            let mut after = None;
            loop {
                let read = self.inner.scan(kind, after, MAX_SCAN).await?;
                for some in read.chunks(256) {
                    some.iter().for_each(|it| self.packed.put(it, Put::Filling));
                    tokio::task::yield_now().await;
                }
                match read.last() {
                    Some(last) if read.len() >= MAX_SCAN => after = Some(last.entity.id()),
                    _ => break,
                }
            }
        }
        for (token, until) in self.revoked.read(&*self.inner).await? {
            self.packed.tell(|watcher| watcher.token(token, until));
        }
        self.followed.came_to(position);
        self.followed.filled.store(true, SeqCst);
        Ok(())
    }

    /// Reads again what changed, and keeps it.
    async fn take_in(&self, changes: &[Change], now: Timestamp) -> Result<(), StoreError> {
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
        let mut read = Vec::new();
        for some in keys.chunks(MAX_SCAN) {
            read.extend(self.inner.fetch_many(some).await?);
        }
        self.manner.together(|| self.keep_all(&read));
        for (token, until) in tokens {
            self.revoked.add(token, until, now);
            self.packed.tell(|watcher| watcher.token(token, until));
        }
        Ok(())
    }

    async fn settle_doubts(&self) -> Result<(), StoreError> {
        let doubts: Vec<Key> = self.doubts.some(AT_ONCE);
        for key in &doubts {
            self.read(key).await?;
        }
        Ok(())
    }
}
