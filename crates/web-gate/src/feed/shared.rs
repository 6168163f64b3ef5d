//! The feed of a realm: its log, its readers, and the cache of the snapshot and the lists.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use engine::Issuer;
use tokio::sync::{Mutex, watch};
use web_base::{AppState, RealmState};

use super::kept::{MadeLists, TakenSnapshot};
use super::log::{Log, Message};

/// The most readers of a realm's feed at one time.
pub(super) const MAX_READERS: usize = 1_000;
/// The most readers from one address, so that one client cannot take all places.
pub(super) const MAX_READERS_PER_ADDRESS: usize = 100;

/// The feed and the status lists of a realm.
#[derive(Debug)]
pub struct Feed {
    pub(super) log: std::sync::Mutex<Log>,
    /// The number of publications. Readers wait for it to change.
    pub(super) publications: watch::Sender<u64>,
    /// Whether the process is about to end.
    pub(super) ending: watch::Sender<bool>,
    pub(super) readers: std::sync::Mutex<HashMap<IpAddr, usize>>,
    /// The signed message that tells a reader to fetch a snapshot, and the publication it was made after.
    pub(super) reset: std::sync::Mutex<Option<(u64, Message)>>,
    pub(super) snapshot: Mutex<Option<TakenSnapshot>>,
    pub(super) lists: Mutex<MadeLists>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            log: Default::default(),
            publications: watch::Sender::new(0),
            ending: watch::Sender::new(false),
            readers: Default::default(),
            reset: Default::default(),
            snapshot: Mutex::default(),
            lists: Mutex::default(),
        }
    }
}

/// A realm and its feed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RealmFeed {
    state: RealmState,
    feed: Arc<Feed>,
}

impl RealmFeed {
    /// A realm whose feed is not open yet.
    pub fn new(state: RealmState) -> Self {
        Self { state, feed: Arc::default() }
    }

    /// The realm.
    pub const fn state(&self) -> &RealmState {
        &self.state
    }

    /// The feed of the realm.
    pub const fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    pub(super) fn app(&self) -> &Arc<AppState> {
        self.state.app()
    }

    pub(super) fn issuer(&self) -> &Arc<Issuer> {
        self.state.issuer()
    }
}

impl Feed {
    /// Ends every stream, since the process is about to end. The readers reconnect to another node.
    pub fn close(&self) {
        self.ending.send_replace(true);
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.ending.borrow()
    }

    pub(super) fn readers_by_address(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(super) fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A place among the readers of a feed. Dropping it frees the place.
#[derive(Debug)]
pub(super) struct Reader {
    feed: Arc<Feed>,
    from: IpAddr,
}

impl Reader {
    /// Takes a place for a reader from the address `from`; `None` where there are too many readers.
    pub(super) fn admit(feed: &Arc<Feed>, from: IpAddr) -> Option<Self> {
        let mut readers = feed.readers_by_address();
        let all: usize = readers.values().sum();
        let from_address = readers.get(&from).copied().unwrap_or_default();
        if all >= MAX_READERS || from_address >= MAX_READERS_PER_ADDRESS {
            return None;
        }
        readers.insert(from, from_address + 1);
        drop(readers);
        Some(Self { feed: Arc::clone(feed), from })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut readers = self.feed.readers_by_address();
        let left = readers.get(&self.from).map_or(0, |readers| readers.saturating_sub(1));
        if left == 0 {
            readers.remove(&self.from);
        } else {
            readers.insert(self.from, left);
        }
    }
}
