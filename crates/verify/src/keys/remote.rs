//! The issuer's published keys (RFC 7517 §5): fetched at first need, kept while fresh, refreshed
//! in the background, and looked at again when a token names a key that is not known.
//!
//! Invariants: at most one fetch at a time; a fetch runs to its end even when the request that
//! caused it goes away; a failed fetch changes nothing but the time of the next.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use base::{Clock, Timestamp};
use jose::{JwkSet, KeySet};
use reqwest::header::ACCEPT;
use reqwest::{Client, Url};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::max_age::fresh_for;
use crate::Unavailable;
use crate::http_client::{read_limited, unavailable};

/// Unknown key names cause at most one fetch in this time, so that forged ones cause no flood.
const UNKNOWN_KID_PAUSE: Duration = Duration::from_secs(30);
/// After a failed refresh, while older keys are at hand.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);
/// After a failed first fetch, while every request waits.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// How long keys outlive their freshness while the issuer cannot be reached.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The longest key set read, in bytes.
const MAX_SET: usize = 256 * 1024;

#[derive(Clone)]
pub(crate) struct RemoteKeys(Arc<Inner>);

struct Inner {
    url: Url,
    http: Client,
    clock: Arc<dyn Clock>,
    loaded: ArcSwapOption<Loaded>,
    attempts: Arc<Mutex<Attempts>>,
}

struct Loaded {
    keys: Arc<KeySet>,
    fresh_until: Timestamp,
    published: JwkSet,
    /// Rises by one whenever other keys are published.
    generation: u64,
}

#[derive(Default)]
struct Attempts {
    last: Option<Timestamp>,
    last_for_unknown_kid: Option<Timestamp>,
    failure: Option<Unavailable>,
}

impl RemoteKeys {
    pub(crate) fn new(url: Url, http: Client, clock: Arc<dyn Clock>) -> Self {
        let (loaded, attempts) = (ArcSwapOption::empty(), Arc::default());
        Self(Arc::new(Inner { url, http, clock, loaded, attempts }))
    }

    /// The keys at hand; fetches them where there are none.
    pub(crate) async fn current(&self) -> Result<Arc<KeySet>, Unavailable> {
        let now = self.0.clock.now();
        match self.0.loaded.load_full() {
            Some(loaded) if now < loaded.fresh_until => Ok(Arc::clone(&loaded.keys)),
            Some(loaded) if now < loaded.fresh_until.plus(KEPT) => {
                self.refresh_in_background(now);
                Ok(Arc::clone(&loaded.keys))
            }
            _ => self.first().await,
        }
    }

    /// The keys after another look, if the last look for this reason is long enough ago.
    pub(crate) async fn after_unknown_kid(&self) -> Result<Arc<KeySet>, Unavailable> {
        let mut attempts = Arc::clone(&self.0.attempts).lock_owned().await;
        let now = self.0.clock.now();
        if due(attempts.last_for_unknown_kid, now, UNKNOWN_KID_PAUSE) {
            attempts.last_for_unknown_kid = Some(now);
            self.fetch(attempts).await;
        }
        match self.0.loaded.load_full() {
            Some(loaded) => Ok(Arc::clone(&loaded.keys)),
            None => Err(Unavailable::new("its keys were never fetched")),
        }
    }

    /// Which keys are trusted now, as a number; `None` while there are none. Refreshes them in the
    /// background where that is due.
    pub(crate) fn generation(&self) -> Option<u64> {
        let now = self.0.clock.now();
        let loaded = self.0.loaded.load();
        let loaded = loaded.as_ref().filter(|loaded| now < loaded.fresh_until.plus(KEPT))?;
        if now >= loaded.fresh_until {
            self.refresh_in_background(now);
        }
        Some(loaded.generation)
    }

    /// Fetches the keys at once, since the issuer said that they are others now. Whether that
    /// worked. The caller sees to it that this is not too often.
    pub(crate) async fn renew(&self) -> Result<(), Unavailable> {
        let attempts = Arc::clone(&self.0.attempts).lock_owned().await;
        self.fetch(attempts).await;
        match self.0.attempts.lock().await.failure.clone() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    async fn first(&self) -> Result<Arc<KeySet>, Unavailable> {
        let attempts = Arc::clone(&self.0.attempts).lock_owned().await;
        let now = self.0.clock.now();
        let usable = |loaded: &Arc<Loaded>| now < loaded.fresh_until.plus(KEPT);
        // Another request may have fetched them while this one waited for its turn.
        if let Some(loaded) = self.0.loaded.load_full().filter(usable) {
            return Ok(Arc::clone(&loaded.keys));
        }
        if due(attempts.last, now, FIRST_PAUSE) {
            self.fetch(attempts).await;
        } else {
            drop(attempts);
        }
        match self.0.loaded.load_full().filter(usable) {
            Some(loaded) => Ok(Arc::clone(&loaded.keys)),
            None => Err(self.failure().await),
        }
    }

    async fn failure(&self) -> Unavailable {
        let failure = self.0.attempts.lock().await.failure.clone();
        failure.unwrap_or_else(|| Unavailable::new("its keys could not be fetched"))
    }

    fn refresh_in_background(&self, now: Timestamp) {
        if let Ok(attempts) = Arc::clone(&self.0.attempts).try_lock_owned()
            && due(attempts.last, now, REFRESH_PAUSE)
        {
            drop(tokio::spawn(Arc::clone(&self.0).fetch(attempts)));
        }
    }

    /// Fetches in a task of its own: an impatient caller cannot break it off.
    async fn fetch(&self, attempts: OwnedMutexGuard<Attempts>) {
        // The task neither panics nor is aborted; should it be, the old keys stay.
        let _ = tokio::spawn(Arc::clone(&self.0).fetch(attempts)).await;
    }
}

impl Inner {
    async fn fetch(self: Arc<Self>, mut attempts: OwnedMutexGuard<Attempts>) {
        match self.download().await {
            Ok(loaded) => {
                self.loaded.store(Some(Arc::new(loaded)));
                attempts.failure = None;
            }
            Err(failure) => attempts.failure = Some(failure),
        }
        // Those who waited meanwhile must not each wait for an attempt of their own.
        attempts.last = Some(self.clock.now());
    }

    async fn download(&self) -> Result<Loaded, Unavailable> {
        let request = self.http.get(self.url.clone());
        let request = request.header(ACCEPT, "application/jwk-set+json, application/json");
        let response = request.send().await.map_err(unavailable)?;
        if response.status() != http::StatusCode::OK {
            let status = response.status().as_u16();
            return Err(Unavailable::new(format!("its keys answered with status {status}")));
        }
        let fresh_for = fresh_for(response.headers());
        let body = read_limited(response, MAX_SET).await?;
        let set: JwkSet = serde_json::from_slice(&body)
            .map_err(|_| Unavailable::new("its keys are not a JWK Set"))?;
        let fresh_until = self.clock.now().plus(fresh_for);
        let before = self.loaded.load();
        let generation = match before.as_ref() {
            Some(before) if before.published == set => before.generation,
            Some(before) => before.generation + 1,
            None => 1,
        };
        let keys = Arc::new(KeySet::from_jwks(&set));
        Ok(Loaded { keys, fresh_until, published: set, generation })
    }
}

fn due(last: Option<Timestamp>, now: Timestamp, pause: Duration) -> bool {
    last.is_none_or(|last| now.since(last) >= pause)
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.0.url.origin().ascii_serialization();
        f.debug_struct("RemoteKeys").field("origin", &origin).finish_non_exhaustive()
    }
}
