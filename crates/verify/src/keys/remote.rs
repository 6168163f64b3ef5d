//! The issuer's published keys (RFC 7517 §5): fetched when first needed, kept while fresh,
//! refreshed in the background, and fetched again when a token names an unknown key.
//!
//! Invariants: at most one fetch at a time; a fetch completes even when its request goes away; a
//! failed fetch changes nothing but the time of the next.
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

/// Unknown key names cause at most one fetch in this time, so forged ones cannot cause a flood.
const UNKNOWN_KID_PAUSE: Duration = Duration::from_secs(30);
/// The pause after a failed refresh, while there are older keys.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);
/// The pause after a failed first fetch, while every request waits.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// How long keys are used after their freshness while the issuer cannot be reached.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The size limit of a key set, in bytes.
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
    /// Rises by one whenever the published keys change.
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

    /// The present keys. Fetches them where there are none.
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

    /// The keys after another fetch, if the last fetch for this reason is long enough ago.
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

    /// A number for the present keys; `None` while there are none. Refreshes them in the background
    /// when that is due.
    pub(crate) fn generation(&self) -> Option<u64> {
        let now = self.0.clock.now();
        let loaded = self.0.loaded.load();
        let loaded = loaded.as_ref().filter(|loaded| now < loaded.fresh_until.plus(KEPT))?;
        if now >= loaded.fresh_until {
            self.refresh_in_background(now);
        }
        Some(loaded.generation)
    }

    /// Fetches the keys at once, because the issuer published that they changed. The caller limits
    /// how often this happens.
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
        // Another request may have fetched the keys while this one waited.
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

    /// Fetches in a separate task, so that a caller that goes away does not cancel it.
    async fn fetch(&self, attempts: OwnedMutexGuard<Attempts>) {
        // The task neither panics nor is aborted. If it were, the old keys would stay.
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
        // Requests that waited meanwhile must not wait for another attempt each.
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
