//! What the follower's task and the requests share.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use base::{Clock, Timestamp};
use reqwest::{Client, Url};
use tokio::sync::watch;

use super::backoff::Backoff;
use super::known::Known;
use super::report::{Following, Heard, HeardBy};
use crate::keys::Keys;
use crate::{Unavailable, WhenStale};

/// The settings of a feed.
pub(crate) struct Settings {
    pub(crate) url: Url,
    pub(crate) issuer: String,
    pub(crate) keys: Arc<Keys>,
    pub(crate) http: Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stale_after: Duration,
    pub(crate) when_stale: WhenStale,
}

/// What the task and the requests share.
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) backoff: Backoff,
    pub(super) known: RwLock<Known>,
    heard: Mutex<Heard>,
    /// Whether there is a snapshot.
    pub(super) begun: watch::Sender<bool>,
}

impl Shared {
    pub(super) fn new(settings: Settings, backoff: Backoff) -> Self {
        Self {
            settings,
            backoff,
            known: RwLock::default(),
            heard: Mutex::default(),
            begun: watch::Sender::new(false),
        }
    }

    pub(super) fn report(&self) -> Following {
        let now = self.settings.clock.now();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        Following {
            sequence: known.at().map(|at| at.sequence),
            as_of: known.at().map(|at| at.as_of.millis()),
            fresh: known.is_fresh(now, self.settings.stale_after),
            marks: known.marks().len(),
            bytes: known.marks().bytes(),
            by: heard.by,
            trouble: heard.trouble.clone(),
        }
    }

    /// Records an error.
    pub(super) fn troubled(&self, trouble: Unavailable) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        (heard.by, heard.trouble) = (HeardBy::Nothing, Some(trouble));
    }

    /// Records that a message was received.
    pub(super) fn heard(&self, by: HeardBy) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        (heard.by, heard.trouble) = (by, None);
    }

    /// Why no current data is available.
    pub(super) fn trouble(&self) -> Unavailable {
        let now = self.settings.clock.now();
        let at = self.known.read().unwrap_or_else(PoisonError::into_inner).at();
        let Some(at) = at else {
            let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            let first = || Unavailable::new("the feed was not heard yet");
            return heard.trouble.clone().unwrap_or_else(first);
        };
        Unavailable::new(format!("the feed is known up to {} s ago", age(now, at.as_of)))
    }
}

fn age(now: Timestamp, as_of: Timestamp) -> u64 {
    now.since(as_of).as_secs()
}
