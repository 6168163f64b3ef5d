//! The single tokens that were revoked: all of them are in memory, up to a million.
//!
//! Invariant: while the set is whole, it holds every token whose revocation was acknowledged. Only
//! expired tokens are removed, during other revocations. A list read from the store and a
//! revocation may therefore arrive in any order.

use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError, RwLock};

use base::Timestamp;
use hashbrown::HashTable;

use super::hashing::Keyed;
use crate::{RevokedTokens, Store, StoreError};

/// Beyond this number, the store is asked for each token. The set takes 26 to 52 MB.
const MAX_TOKENS: usize = 1 << 20;
const SHARDS: usize = 64;
/// The number of shards whose expired tokens are removed at each revocation.
const SHARDS_SWEPT: usize = 4;
/// The expiry of tokens that never expire.
const NEVER: u32 = u32::MAX;

/// A token, and the second after which it has expired: 20 bytes.
type Entry = ([u32; 4], u32);

#[derive(Debug)]
pub(super) struct Revoked {
    hasher: Keyed,
    shards: Box<[RwLock<HashTable<Entry>>]>,
    count: AtomicUsize,
    /// The shard whose expired tokens are removed next.
    sweep: AtomicUsize,
    state: Mutex<State>,
    /// As in `state`, for reading without a lock: 1 where the set is whole, 2 where it cannot be
    /// whole.
    whole: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// Counts the commits that may have revoked tokens without this set knowing.
    uncertain_commits: u64,
}

const UNREAD: u64 = 0;
const WHOLE: u64 = 1;
const TOO_MANY: u64 = 2;

impl Default for Revoked {
    fn default() -> Self {
        Self {
            hasher: Keyed::default(),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            count: AtomicUsize::new(0),
            sweep: AtomicUsize::new(0),
            state: Mutex::default(),
            whole: AtomicU64::new(UNREAD),
        }
    }
}

impl Revoked {
    pub(super) async fn contains(
        &self,
        token: u128,
        store: &dyn Store,
    ) -> Result<bool, StoreError> {
        if self.holds(token) {
            return Ok(true);
        }
        if self.whole.load(SeqCst) == UNREAD {
            self.read(store).await?;
        }
        match self.whole.load(SeqCst) {
            WHOLE => Ok(self.holds(token)),
            _ => store.token_revoked(token).await,
        }
    }

    /// Reads all revoked tokens from the store, unless they are too many, and returns them.
    pub(super) async fn read(&self, store: &dyn Store) -> Result<RevokedTokens, StoreError> {
        let uncertain_commits = self.state().uncertain_commits;
        let Some(listed) = store.revoked_tokens(MAX_TOKENS).await? else {
            self.whole.store(TOO_MANY, SeqCst);
            return Ok(Vec::new());
        };
        listed.iter().for_each(|(token, until)| self.insert(*token, *until));
        let state = self.state();
        if state.uncertain_commits == uncertain_commits && self.whole.load(SeqCst) == UNREAD {
            self.whole.store(WHOLE, SeqCst);
        }
        Ok(listed)
    }

    /// Adds a revoked token.
    pub(super) fn add(&self, token: u128, until: Option<Timestamp>, now: Timestamp) {
        self.sweep(now);
        self.insert(token, until);
        if self.count.load(SeqCst) > MAX_TOKENS {
            self.whole.store(TOO_MANY, SeqCst);
        }
    }

    /// Records that tokens may have been revoked without this set knowing.
    pub(super) fn mark_uncertain(&self) {
        let mut state = self.state();
        state.uncertain_commits += 1;
        let _ = self.whole.compare_exchange(WHOLE, UNREAD, SeqCst, SeqCst);
    }

    pub(super) fn len(&self) -> usize {
        self.count.load(SeqCst)
    }

    pub(super) fn bytes(&self) -> usize {
        let held = |shard: &RwLock<HashTable<Entry>>| {
            shard.read().unwrap_or_else(PoisonError::into_inner).allocation_size()
        };
        self.shards.iter().map(held).sum()
    }

    fn holds(&self, token: u128) -> bool {
        let (token, hash) = (words(token), self.hash(words(token)));
        self.shard(hash).is_some_and(|shard| {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            shard.find(hash, |entry| entry.0 == token).is_some()
        })
    }

    fn insert(&self, token: u128, until: Option<Timestamp>) {
        let (token, until) = (words(token), until.map_or(NEVER, second));
        let hash = self.hash(token);
        let Some(shard) = self.shard(hash) else { return };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = shard.find_mut(hash, |entry| entry.0 == token) {
            held.1 = held.1.max(until);
            return;
        }
        if self.count.fetch_add(1, SeqCst) <= MAX_TOKENS {
            shard.insert_unique(hash, (token, until), |entry| self.hash(entry.0));
        }
    }

    /// Removes the expired tokens of some shards, in turn.
    fn sweep(&self, now: Timestamp) {
        for _ in 0..SHARDS_SWEPT {
            let turn = self.sweep.fetch_add(1, SeqCst) % SHARDS;
            let Some(shard) = self.shards.get(turn) else { return };
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            let before = shard.len();
            shard.retain(|entry| entry.1 == NEVER || i64::from(entry.1) * 1000 > now.millis());
            self.count.fetch_sub(before - shard.len(), SeqCst);
        }
    }

    fn hash(&self, token: [u32; 4]) -> u64 {
        self.hasher.hash_one(token)
    }

    fn shard(&self, hash: u64) -> Option<&RwLock<HashTable<Entry>>> {
        self.shards.get((hash >> 32) as usize % SHARDS)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn words(token: u128) -> [u32; 4] {
    [token as u32, (token >> 32) as u32, (token >> 64) as u32, (token >> 96) as u32]
}

/// The second at which the token has certainly expired.
fn second(until: Timestamp) -> u32 {
    u32::try_from(until.seconds().saturating_add(1).max(0)).unwrap_or(NEVER)
}
