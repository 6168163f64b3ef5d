//! Follows an issuer's change feed, so that a revocation takes effect here within a second.
//!
//! One background task per verifier keeps what is revoked in memory (`follower`): first a snapshot,
//! then a stream of signed messages, or long polls where streams do not work. A request reads
//! memory alone ([`Feed::token_state`]). While the feed is unavailable, status lists are used
//! (`lists`). Invariant: data older than the limit is never used as if it were current.

mod backoff;
mod follower;
mod known;
mod lists;
mod message;
mod report;
mod shared;
mod sse;
#[cfg(test)]
mod tests;
mod transport;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{Clock, Timestamp};
use tokio::task::JoinHandle;

use self::backoff::Backoff;
use self::follower::Follower;
use self::lists::Lists;
use self::shared::Shared;
use crate::dependencies::Dependencies;
use crate::token_state::TokenState;
use crate::{Unavailable, WhenStale};

pub use report::{Following, HeardBy};
pub(crate) use shared::Settings;

/// How long the first requests wait for the first snapshot.
const FIRST_SNAPSHOT_WAIT: Duration = Duration::from_secs(2);

/// A feed that is followed as long as this value lives.
pub(crate) struct Feed {
    shared: Arc<Shared>,
    lists: Lists,
    running: AtomicBool,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Feed {
    /// Starts to follow where a runtime is running, otherwise at the first use.
    pub(crate) fn new(settings: Settings) -> Self {
        let backoff = Backoff::for_limit(settings.stale_after);
        Self::with_backoff(settings, backoff)
    }

    pub(crate) fn with_backoff(settings: Settings, backoff: Backoff) -> Self {
        let shared = Arc::new(Shared::new(settings, backoff));
        let lists = Lists::new(Arc::clone(&shared));
        let feed = Self { shared, lists, running: AtomicBool::new(false), task: Mutex::default() };
        feed.ensure_running();
        feed
    }

    pub(crate) fn when_stale(&self) -> WhenStale {
        self.shared.settings.when_stale
    }

    /// The state according to memory. A revoked mark stays revoked, however old the data is.
    pub(crate) fn token_state(&self, dependencies: &Dependencies, now: Timestamp) -> TokenState {
        if !self.running.load(Ordering::Relaxed) {
            self.ensure_running();
        }
        let known = self.shared.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.refuses(dependencies) {
            TokenState::Revoked
        } else if known.is_fresh(now, self.shared.settings.stale_after) {
            TokenState::Active
        } else {
            TokenState::Unknown
        }
    }

    /// The same after the first snapshot, for which it waits at most two seconds.
    pub(crate) async fn token_state_once_begun(
        &self,
        dependencies: &Dependencies,
        clock: &Arc<dyn Clock>,
    ) -> TokenState {
        self.ensure_running();
        if !*self.shared.begun.borrow() {
            let _ = tokio::time::timeout(FIRST_SNAPSHOT_WAIT, self.begun()).await;
        }
        self.token_state(dependencies, clock.now())
    }

    /// Waits for the first snapshot.
    pub(crate) async fn begun(&self) {
        self.ensure_running();
        // The sender lives as long as `self`.
        let _ = self.shared.begun.subscribe().wait_for(|begun| *begun).await;
    }

    /// The state according to the status lists that a token names, while the feed is unavailable.
    pub(crate) async fn listed(&self, dependencies: &Dependencies, wait: bool) -> TokenState {
        self.lists.token_state(dependencies, wait).await
    }

    /// Why no current data is available.
    pub(crate) fn trouble(&self) -> Unavailable {
        self.shared.trouble()
    }

    /// The state of the follower.
    pub(crate) fn report(&self) -> Following {
        self.shared.report()
    }

    /// Starts the task where none runs: at first, and after its runtime has ended.
    fn ensure_running(&self) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            *task = Some(runtime.spawn(Follower::new(Arc::clone(&self.shared)).run()));
            self.running.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let task = self.task.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task.take() {
            task.abort();
        }
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("following", &self.report()).finish_non_exhaustive()
    }
}
