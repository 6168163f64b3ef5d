//! The issuer's published keys (RFC 7517 §5): fetched when first needed, kept while fresh,
//! refreshed in the background, and fetched again when a token or a document of the issuer names an
//! unknown key.
//!
//! What strangers can cause (a token with any key name) and what trusted work needs (a document of
//! the feed) are two lanes: each has its own limit and its own fetch, and neither waits for the
//! other.
//!
//! Invariants: at most one fetch at a time in each lane; a fetch completes even when the request that
//! caused it goes away; a failed fetch changes nothing but the time of the next; a fetch that began
//! earlier never replaces the result of a later one.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use base::{Clock, Timestamp};
use jose::JwkSet;
use reqwest::header::{ACCEPT, CACHE_CONTROL};
use reqwest::{Client, Url};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use super::max_age::fresh_for;
use crate::Unavailable;
use crate::http_client::{read_limited, unavailable};

/// Unknown key names cause at most one fetch in this time, so forged ones cannot cause a flood.
const UNKNOWN_KID_PAUSE: Duration = Duration::from_secs(30);
/// The minimum time between two fetches because of a document of the issuer.
const TRUSTED_PAUSE: Duration = Duration::from_secs(1);
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
    /// The number of fetches that began.
    began: AtomicU64,
    /// The number of the fetch that `loaded` is from.
    kept: StdMutex<u64>,
    /// What any token can cause.
    strangers: Arc<Mutex<Attempts>>,
    /// What only documents of the issuer cause.
    trusted: Arc<Mutex<TrustedAttempts>>,
}

/// Fetched keys.
pub(crate) struct Loaded {
    pub(crate) published: JwkSet,
    /// Rises by one whenever the published keys change.
    pub(crate) generation: u64,
    fresh_until: Timestamp,
}

#[derive(Default)]
struct Attempts {
    last: Option<Timestamp>,
    last_for_unknown_kid: Option<Timestamp>,
    failure: Option<Unavailable>,
}

#[derive(Default)]
struct TrustedAttempts {
    last: Option<Instant>,
    failure: Option<Unavailable>,
}

/// Whether caches on the way may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caches {
    Allowed,
    /// Something changed: what a cache has is too old (RFC 9111 §5.2.1.4).
    Bypassed,
}

impl RemoteKeys {
    pub(crate) fn new(url: Url, http: Client, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            url,
            http,
            clock,
            loaded: ArcSwapOption::empty(),
            began: AtomicU64::new(0),
            kept: StdMutex::new(0),
            strangers: Arc::default(),
            trusted: Arc::default(),
        }))
    }

    /// The fetched keys, unless they are too old. Refreshes them in the background when that is due.
    pub(crate) fn usable(&self) -> Option<Arc<Loaded>> {
        let now = self.0.clock.now();
        let loaded = self.0.loaded.load_full()?;
        if now >= loaded.fresh_until.plus(KEPT) {
            return None;
        }
        if now >= loaded.fresh_until {
            self.refresh_in_background(now);
        }
        Some(loaded)
    }

    /// The generation of the fetched keys, as [`Self::usable`]. Every request asks for it.
    pub(crate) fn generation(&self) -> Option<u64> {
        let now = self.0.clock.now();
        let loaded = self.0.loaded.load();
        let loaded = loaded.as_ref().filter(|loaded| now < loaded.fresh_until.plus(KEPT))?;
        if now >= loaded.fresh_until {
            self.refresh_in_background(now);
        }
        Some(loaded.generation)
    }

    /// Fetches the keys where there are none that are usable.
    pub(crate) async fn ensure(&self) -> Result<(), Unavailable> {
        if self.usable().is_some() {
            return Ok(());
        }
        let attempts = Arc::clone(&self.0.strangers).lock_owned().await;
        // Another request may have fetched the keys while this one waited.
        if self.usable().is_some() {
            return Ok(());
        }
        if due(attempts.last, self.0.clock.now(), FIRST_PAUSE) {
            self.fetch(attempts, Caches::Allowed).await;
        } else {
            drop(attempts);
        }
        if self.usable().is_some() {
            return Ok(());
        }
        let failure = self.0.strangers.lock().await.failure.clone();
        Err(failure.unwrap_or_else(|| Unavailable::new("its keys could not be fetched")))
    }

    /// Fetches the keys again because a token names an unknown key, if the last fetch for this
    /// reason is long enough ago. Anybody can cause this.
    pub(crate) async fn after_unknown_kid(&self) {
        let mut attempts = Arc::clone(&self.0.strangers).lock_owned().await;
        let now = self.0.clock.now();
        if due(attempts.last_for_unknown_kid, now, UNKNOWN_KID_PAUSE) {
            attempts.last_for_unknown_kid = Some(now);
            self.fetch(attempts, Caches::Bypassed).await;
        }
    }

    /// Fetches the keys at once, past all caches, because a document of the issuer needs or names
    /// other keys; at most once a second.
    ///
    /// # Errors
    /// The failure of the last such fetch.
    pub(crate) async fn renew(&self) -> Result<(), Unavailable> {
        let mut attempts = Arc::clone(&self.0.trusted).lock_owned().await;
        if attempts.last.is_none_or(|last| last.elapsed() >= TRUSTED_PAUSE) {
            let inner = Arc::clone(&self.0);
            // In a separate task, so that a caller that goes away does not cancel it.
            let fetch = tokio::spawn(async move {
                let failure = inner.fetch(Caches::Bypassed).await.err();
                *attempts = TrustedAttempts { last: Some(Instant::now()), failure };
            });
            // The task neither panics nor is aborted. If it were, the old keys would stay.
            let _ = fetch.await;
        } else {
            drop(attempts);
        }
        self.0.trusted.lock().await.failure.clone().map_or(Ok(()), Err)
    }

    /// The same without waiting for the result.
    pub(crate) fn renew_in_background(&self) {
        if self.0.trusted.try_lock().is_ok() {
            let keys = self.clone();
            drop(tokio::spawn(async move { keys.renew().await }));
        }
    }

    /// The number of fetches that began so far.
    pub(crate) fn began(&self) -> u64 {
        self.0.began.load(Ordering::SeqCst)
    }

    /// Whether the keys are from a fetch that began after this many.
    pub(crate) fn is_newer_than(&self, began: u64) -> bool {
        *self.0.kept.lock().unwrap_or_else(PoisonError::into_inner) > began
    }

    fn refresh_in_background(&self, now: Timestamp) {
        if let Ok(attempts) = Arc::clone(&self.0.strangers).try_lock_owned()
            && due(attempts.last, now, REFRESH_PAUSE)
        {
            drop(tokio::spawn(Arc::clone(&self.0).attempt(attempts, Caches::Allowed)));
        }
    }

    /// Fetches in a separate task, so that a caller that goes away does not cancel it.
    async fn fetch(&self, attempts: OwnedMutexGuard<Attempts>, caches: Caches) {
        // The task neither panics nor is aborted. If it were, the old keys would stay.
        let _ = tokio::spawn(Arc::clone(&self.0).attempt(attempts, caches)).await;
    }
}

impl Inner {
    async fn attempt(self: Arc<Self>, mut attempts: OwnedMutexGuard<Attempts>, caches: Caches) {
        attempts.failure = self.fetch(caches).await.err();
        // Requests that waited meanwhile must not wait for another attempt each.
        attempts.last = Some(self.clock.now());
    }

    async fn fetch(&self, caches: Caches) -> Result<(), Unavailable> {
        let number = self.began.fetch_add(1, Ordering::SeqCst) + 1;
        let (published, fresh_until) = self.download(caches).await?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if number > *kept {
            *kept = number;
            let generation = match self.loaded.load().as_ref() {
                Some(before) if before.published == published => before.generation,
                Some(before) => before.generation + 1,
                None => 1,
            };
            self.loaded.store(Some(Arc::new(Loaded { published, generation, fresh_until })));
        }
        Ok(())
    }

    async fn download(&self, caches: Caches) -> Result<(JwkSet, Timestamp), Unavailable> {
        let request = self.http.get(self.url.clone());
        let mut request = request.header(ACCEPT, "application/jwk-set+json, application/json");
        if caches == Caches::Bypassed {
            request = request.header(CACHE_CONTROL, "no-cache");
        }
        let response = request.send().await.map_err(unavailable)?;
        if response.status() != http::StatusCode::OK {
            let status = response.status().as_u16();
            return Err(Unavailable::new(format!("its keys answered with status {status}")));
        }
        let fresh_for = fresh_for(response.headers());
        let body = read_limited(response, MAX_SET).await?;
        let set: JwkSet = serde_json::from_slice(&body)
            .map_err(|_| Unavailable::new("its keys are not a JWK Set"))?;
        Ok((set, self.clock.now().plus(fresh_for)))
    }
}

fn due(last: Option<Timestamp>, now: Timestamp, pause: Duration) -> bool {
    last.is_none_or(|last| last.apart(now) >= pause)
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.0.url.origin().ascii_serialization();
        f.debug_struct("RemoteKeys").field("origin", &origin).finish_non_exhaustive()
    }
}
