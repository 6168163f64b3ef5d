//! What every handler works with: the state of the process, which all realms share, and the state of one realm.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use base::{Clock, DigestKey, Rng};
use engine::people::Passwords;
use engine::{Context, Issuer, RefusalLog, RequestOrigin, UseLog};
use oauth::ErrorResponse;
use store::{Hot, HotFigures, Store, StoreError};

use crate::attempts::Attempts;
use crate::metrics::{Page, RealmMetrics, Source};
use crate::respond;

/// How many uses are written at once while requests are answered.
const USES_AT_ONCE: usize = 64;
/// The pause after them, so that requests are answered on a single core.
const BETWEEN_USES: Duration = Duration::from_millis(2);

/// What all realms of the process share.
pub struct AppState {
    /// Where everything is stored.
    pub store: Arc<dyn Store>,
    /// The memory before the store: to watch and to follow it.
    pub memory: Arc<Hot>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// Digests of stored secrets.
    pub digests: DigestKey,
    /// Hashes passwords.
    pub passwords: Arc<dyn Passwords>,
    /// Limits how often something may be tried.
    pub attempts: Attempts,
    /// Uses of credentials, on their way to the store.
    pub uses: Arc<UseLog>,
    /// Refusals, on their way to the store.
    pub refusals: Arc<RefusalLog>,
    /// The number of refusals that came too fast to be stored. They are in the log only.
    pub refusals_dropped: AtomicU64,
    /// Set when the process is about to end: it finishes its requests and accepts no new ones.
    pub draining: AtomicBool,
}

impl AppState {
    /// Whether the process is about to end.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Writes the noted refusals to the store. Call it before they are read.
    ///
    /// # Errors
    /// When the store cannot take them; they are lost then, as the store is.
    pub async fn flush_refusals(&self) -> Result<(), StoreError> {
        let (refusals, dropped) = self.refusals.drain();
        self.refusals_dropped.fetch_add(dropped, Ordering::Relaxed);
        if refusals.is_empty() { Ok(()) } else { self.store.record_refusals(refusals).await }
    }

    /// Writes the noted uses to the store in small batches, so that no request waits long behind them
    /// on a single core.
    ///
    /// # Errors
    /// When the store cannot take them. Those of the current batch are lost then; the others stay.
    pub async fn trickle_uses(&self) -> Result<(), StoreError> {
        // What is noted meanwhile comes the next time.
        for _ in 0..self.uses.len().div_ceil(USES_AT_ONCE) {
            self.store.record_uses(self.uses.drain_some(USES_AT_ONCE)).await?;
            tokio::time::sleep(BETWEEN_USES).await;
        }
        Ok(())
    }

    /// Writes the noted uses to the store. Call it before they are read.
    ///
    /// # Errors
    /// When the store cannot take them; they are lost then, as the store is.
    pub async fn flush_uses(&self) -> Result<(), StoreError> {
        let uses = self.uses.drain();
        if uses.is_empty() { Ok(()) } else { self.store.record_uses(uses).await }
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Source for AppState {
    fn write(&self, page: &mut Page) {
        let name = "postern_refusals_dropped_total";
        page.family(name, "counter", "Refusals that came too fast to be kept.");
        page.sample(name, &[], self.refusals_dropped.load(Ordering::Relaxed));
        memory(page, &self.memory.figures());
    }
}

/// What the memory before the store has done, and what it holds.
fn memory(page: &mut Page, figures: &HotFigures) {
    for (name, kind, help, value) in [
        ("hits_total", "counter", "Look-ups that memory answered.", figures.hits),
        (
            "misses_total",
            "counter",
            "Look-ups of what it knows not to exist.",
            figures.known_missing,
        ),
        ("reads_total", "counter", "Look-ups for which the store was asked.", figures.reads),
        (
            "reads_refused_total",
            "counter",
            "Look-ups of what it does not hold, too many to ask the store for each.",
            figures.refused,
        ),
        ("filled", "gauge", "Whether everything is in memory.", figures.filled.into()),
        ("entities", "gauge", "Entities in memory.", figures.entities),
        ("revoked_tokens", "gauge", "Revoked tokens in memory.", figures.revoked_tokens),
        ("bytes", "gauge", "What they take.", figures.bytes),
        ("position", "gauge", "The commit up to which memory is complete.", figures.position),
    ] {
        let name = format!("postern_memory_{name}");
        page.family(&name, kind, help);
        page.sample(&name, &[], value);
    }
    let name = "postern_memory_as_of_seconds";
    page.family(name, "gauge", "As of when memory is known to be true, in seconds since 1970.");
    page.sample(name, &[], figures.as_of.seconds());
}

/// One realm, as its handlers see it: the axum state of the admin API, too. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RealmState {
    app: Arc<AppState>,
    issuer: Arc<Issuer>,
    metrics: Arc<RealmMetrics>,
}

impl RealmState {
    /// The realm of `issuer` in this process.
    pub fn new(app: Arc<AppState>, issuer: Arc<Issuer>) -> Self {
        let metrics = Arc::new(RealmMetrics::new(issuer.realm().clone()));
        Self { app, issuer, metrics }
    }

    /// What all realms share.
    pub const fn app(&self) -> &Arc<AppState> {
        &self.app
    }

    /// The issuer.
    pub const fn issuer(&self) -> &Arc<Issuer> {
        &self.issuer
    }

    /// Its metrics.
    pub const fn metrics(&self) -> &Arc<RealmMetrics> {
        &self.metrics
    }

    /// The context of a decision, now, that reads from memory: for decisions that change nothing.
    /// Routers mounted in a realm find the origin in the request's extensions, as
    /// `Arc<RequestOrigin>`.
    pub fn context<'a>(&'a self, origin: &'a RequestOrigin) -> Context<'a> {
        Context {
            issuer: &self.issuer,
            store: &*self.app.store,
            now: self.app.clock.now(),
            rng: &*self.app.rng,
            digests: &self.app.digests,
            origin,
            attempt: 0,
        }
    }

    /// The same context, reading from the database: for decisions that act on what they read, since
    /// other nodes may have changed it a moment ago.
    pub fn direct_context<'a>(&'a self, origin: &'a RequestOrigin) -> Context<'a> {
        Context { store: self.app.store.direct(), ..self.context(origin) }
    }

    /// What the dialect needs to encode a reply.
    pub fn reply_context<'a>(&'a self, request_id: &'a str) -> dialect::Context<'a> {
        dialect::Context { request_id, issuer: self.issuer.url() }
    }

    /// An error response in the dialect's format for requests that belong to no endpoint.
    pub fn failure(&self, error: &ErrorResponse, request_id: &str) -> Response<Body> {
        let context = self.reply_context(request_id);
        respond::outgoing(self.issuer.dialect().encode_error(None, error, &context))
    }
}
