//! The feed of a realm: its log, its readers, and what is kept of the snapshot and the lists.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use engine::Issuer;
use tokio::sync::{Mutex, watch};
use web_base::{AppState, RealmState};

use super::kept::{MadeLists, TakenSnapshot};
use super::log::{Log, Message};

/// How many may read the feed of a realm at once.
pub(super) const READERS: usize = 1_000;
/// How many of them from one address: whoever takes all they can get leaves room for others.
pub(super) const READERS_OF_ONE: usize = 100;

/// The feed of a realm, and the lists: what was signed of late.
#[derive(Debug)]
pub struct Feed {
    pub(super) log: std::sync::Mutex<Log>,
    /// Counts what was published; nothing is sent once it is over.
    pub(super) news: watch::Sender<u64>,
    pub(super) ending: watch::Sender<bool>,
    pub(super) readers: std::sync::Mutex<HashMap<IpAddr, usize>>,
    /// Says that a snapshot is wanted, as of a publication.
    pub(super) reset: std::sync::Mutex<Option<(u64, Message)>>,
    pub(super) snapshot: Mutex<Option<TakenSnapshot>>,
    pub(super) lists: Mutex<MadeLists>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            log: Default::default(),
            news: watch::Sender::new(0),
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

    /// What is published of it.
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
    /// Ends every stream: the process is about to end, and whoever reads goes to another node.
    pub fn close(&self) {
        self.ending.send_replace(true);
    }

    pub(super) fn is_closed(&self) -> bool {
        *self.ending.borrow()
    }

    pub(super) fn reading(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(super) fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Somebody who reads a feed: one of finitely many.
#[derive(Debug)]
pub(super) struct Reader {
    feed: Arc<Feed>,
    from: IpAddr,
}

impl Reader {
    pub(super) fn admit(feed: &Arc<Feed>, from: IpAddr) -> Option<Self> {
        let mut readers = feed.reading();
        let all: usize = readers.values().sum();
        let of_one = readers.get(&from).copied().unwrap_or_default();
        if all >= READERS || of_one >= READERS_OF_ONE {
            return None;
        }
        readers.insert(from, of_one + 1);
        drop(readers);
        Some(Self { feed: Arc::clone(feed), from })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut readers = self.feed.reading();
        let left = readers.get(&self.from).map_or(0, |readers| readers.saturating_sub(1));
        if left == 0 {
            readers.remove(&self.from);
        } else {
            readers.insert(self.from, left);
        }
    }
}
