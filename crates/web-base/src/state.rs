//! The state that handlers get: the state of the process, which all realms share, and the state of one realm.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use base::{Clock, DigestKey, Rng};
use engine::attempts::{Attempts, KnownNetworks};
use engine::people::Passwords;
use engine::{Context, Issuer, RefusalLog, RequestOrigin, UseLog, WriteContext};
use oauth::ErrorResponse;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use store::{Hot, HotFigures, Store, StoreError};

use crate::metrics::RealmMetrics;
use crate::refusal_lines::RefusalLines;
use crate::respond;

/// The number of uses in one write while requests are answered.
const USES_AT_ONCE: usize = 64;
/// The pause after such a write, so that requests get their turn on a single core.
const BETWEEN_USES: Duration = Duration::from_millis(2);

/// What all realms of the process share.
pub struct AppState {
    /// The store, read through the memory.
    pub store: Arc<dyn Store>,
    /// The memory in front of the store: for metrics, and to follow changes.
    pub memory: Arc<Hot>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The random number generator.
    pub rng: Arc<dyn Rng>,
    /// The key for the digests of stored secrets.
    pub digests: DigestKey,
    /// Hashes passwords.
    pub passwords: Arc<dyn Passwords>,
    /// Limits how often something may be tried.
    pub attempts: Attempts,
    /// Where accounts signed in from lately.
    pub known_networks: KnownNetworks,
    /// The noted uses of credentials that are not stored yet.
    pub uses: Arc<UseLog>,
    /// The noted refusals that are not stored yet.
    pub refusals: Arc<RefusalLog>,
    /// The number of refusals that were dropped because too many came at once. They are in the log only.
    pub refusals_dropped: AtomicU64,
    /// Set when the process is about to end: it finishes its requests and accepts no new ones.
    pub draining: AtomicBool,
}

impl AppState {
    /// Whether the process is about to end.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Writes the noted refusals to the store. Call it before refusals are read.
    ///
    /// # Errors
    /// The store failed. The noted refusals are lost then.
    pub async fn flush_refusals(&self) -> Result<(), StoreError> {
        let (refusals, dropped) = self.refusals.drain();
        self.refusals_dropped.fetch_add(dropped, Ordering::Relaxed);
        if refusals.is_empty() { Ok(()) } else { self.store.record_refusals(refusals).await }
    }

    /// Writes the noted uses to the store in small batches, so that no request waits long behind them
    /// on a single core.
    ///
    /// # Errors
    /// The store failed. The uses of the current batch are lost then; the others stay noted.
    pub async fn trickle_uses(&self) -> Result<(), StoreError> {
        // Uses that are noted meanwhile are written by the next call.
        for _ in 0..self.uses.len().div_ceil(USES_AT_ONCE) {
            self.store.record_uses(self.uses.drain_some(USES_AT_ONCE)).await?;
            tokio::time::sleep(BETWEEN_USES).await;
        }
        Ok(())
    }

    /// Writes the noted uses to the store. Call it before uses are read.
    ///
    /// # Errors
    /// The store failed. The noted uses are lost then.
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

impl Collector for AppState {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let dropped = self.refusals_dropped.load(Ordering::Relaxed);
        let help = "Refusals that came too fast to be kept.";
        let name = "postern_refusals_dropped";
        ConstCounter::new(dropped).encode(encoder.encode_descriptor(
            name,
            help,
            None,
            MetricType::Counter,
        )?)?;
        memory(&mut encoder, &self.memory.figures())
    }
}

/// The metrics of the memory in front of the store.
fn memory(encoder: &mut DescriptorEncoder<'_>, figures: &HotFigures) -> fmt::Result {
    let refused = "Look-ups of what it does not hold, too many to ask the store for each.";
    for (name, help, value) in [
        ("hits", "Look-ups that memory answered.", figures.hits),
        ("misses", "Look-ups of what is known not to exist.", figures.known_missing),
        ("reads", "Look-ups for which the store was asked.", figures.reads),
        ("reads_refused", refused, figures.refused),
    ] {
        let name = format!("postern_memory_{name}");
        let metric = encoder.encode_descriptor(&name, help, None, MetricType::Counter)?;
        ConstCounter::new(value).encode(metric)?;
    }
    let as_of = "The moment up to which memory is known to be complete, in seconds since 1970.";
    for (name, help, value) in [
        ("filled", "Whether everything is in memory.", i64::from(figures.filled)),
        ("entities", "Entities in memory.", whole(figures.entities)),
        ("revoked_tokens", "Revoked tokens in memory.", whole(figures.revoked_tokens)),
        ("bytes", "The size of all that, in bytes.", whole(figures.bytes)),
        ("position", "The commit up to which memory is complete.", whole(figures.position)),
        ("as_of_seconds", as_of, figures.as_of.seconds()),
    ] {
        let name = format!("postern_memory_{name}");
        let metric = encoder.encode_descriptor(&name, help, None, MetricType::Gauge)?;
        ConstGauge::new(value).encode(metric)?;
    }
    Ok(())
}

/// A value of a gauge; `i64::MAX` where it is larger.
fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The state of one realm for its handlers. It is also the axum state of the JSON APIs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RealmState {
    app: Arc<AppState>,
    issuer: Arc<Issuer>,
    metrics: Arc<RealmMetrics>,
    lines: Arc<RefusalLines>,
}

impl RealmState {
    /// The realm of `issuer` in this process.
    pub fn new(app: Arc<AppState>, issuer: Arc<Issuer>) -> Self {
        let metrics = Arc::new(RealmMetrics::new(issuer.realm().clone()));
        Self { app, issuer, metrics, lines: Arc::default() }
    }

    /// The state that all realms share.
    pub const fn app(&self) -> &Arc<AppState> {
        &self.app
    }

    /// The issuer.
    pub const fn issuer(&self) -> &Arc<Issuer> {
        &self.issuer
    }

    pub(crate) fn lines(&self) -> &RefusalLines {
        &self.lines
    }

    /// Its metrics.
    pub const fn metrics(&self) -> &Arc<RealmMetrics> {
        &self.metrics
    }

    /// The context of a decision at the current time. It reads from memory, so it is for decisions that change
    /// nothing. A router that is mounted in a realm finds the origin in the extensions of the request, as
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

    /// The same context, for an operation that commits its decision with [`engine::settle`].
    pub fn write_context<'a>(&'a self, origin: &'a RequestOrigin) -> WriteContext<'a> {
        WriteContext::new(self.context(origin), &*self.app.store)
    }

    /// The same write context, but it reads from the database. It is for operations that change what they read, since
    /// another node may have changed it a moment ago.
    pub fn direct_context<'a>(&'a self, origin: &'a RequestOrigin) -> WriteContext<'a> {
        self.write_context(origin).direct()
    }

    /// The values that the dialect needs to encode a reply.
    pub fn reply_context<'a>(&'a self, request_id: &'a str) -> dialect::Context<'a> {
        dialect::Context { request_id, issuer: self.issuer.url() }
    }

    /// An error response in the format of the dialect, for a request outside the endpoints.
    pub fn failure(&self, error: &ErrorResponse, request_id: &str) -> Response<Body> {
        let context = self.reply_context(request_id);
        respond::outgoing(self.issuer.dialect().encode_error(None, error, &context))
    }
}
