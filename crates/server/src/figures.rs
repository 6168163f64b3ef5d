//! Counts what reaches the database: what was not answered from memory, and what was committed.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use base::{Id, Timestamp};
use domain::{BudgetState, BudgetSubject, Credential, Event, Kind, RealmName, Refusal, Use};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;
use store::{
    Batch, Change, CommitError, Committed, EventQuery, IdempotencyRecord, Key, ListQuery,
    RefusalQuery, Store, StoreError, Stored,
};
use web::metrics::duration_histogram;

/// What was counted.
#[derive(Debug)]
pub(crate) struct Figures {
    fetches: Counter,
    commits: Counter,
    conflicts: Counter,
    failures: Counter,
    writes: Counter,
    took: Histogram,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            fetches: Counter::default(),
            commits: Counter::default(),
            conflicts: Counter::default(),
            failures: Counter::default(),
            writes: Counter::default(),
            took: duration_histogram(),
        }
    }
}

impl Figures {
    /// The same store, counted.
    pub(crate) fn count(self: &Arc<Self>, inner: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(Counted { inner, figures: Arc::clone(self) })
    }
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for (name, help, counter) in [
            ("fetches", "Look-ups that memory could not answer.", &self.fetches),
            ("commits", "Batches committed.", &self.commits),
            ("commit_conflicts", "Batches refused, to be decided anew.", &self.conflicts),
            ("commit_failures", "Batches that the store failed to commit.", &self.failures),
            ("commit_writes", "Writes in the committed batches.", &self.writes),
        ] {
            let name = format!("postern_store_{name}");
            counter.encode(encoder.encode_descriptor(&name, help, None, MetricType::Counter)?)?;
        }
        let name = "postern_store_commit_duration_seconds";
        let help = "From a batch to its acknowledgement.";
        self.took.encode(encoder.encode_descriptor(name, help, None, MetricType::Histogram)?)
    }
}

#[derive(Debug)]
struct Counted {
    inner: Arc<dyn Store>,
    figures: Arc<Figures>,
}

#[async_trait]
impl Store for Counted {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        self.figures.fetches.inc();
        self.inner.fetch(key).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let (writes, started) = (batch.writes.len() as u64, Instant::now());
        let result = self.inner.commit(batch).await;
        match &result {
            Ok(_) => {
                self.figures.commits.inc();
                self.figures.writes.inc_by(writes);
                self.figures.took.observe(started.elapsed().as_secs_f64());
            }
            Err(CommitError::Conflict(_)) => {
                self.figures.conflicts.inc();
            }
            Err(CommitError::Store(_)) => {
                self.figures.failures.inc();
            }
        }
        result
    }

    async fn list(&self, query: &ListQuery) -> Result<Vec<Stored>, StoreError> {
        self.inner.list(query).await
    }

    async fn budget(&self, subject: BudgetSubject) -> Result<BudgetState, StoreError> {
        self.inner.budget(subject).await
    }

    async fn token_revoked(&self, token: u128) -> Result<bool, StoreError> {
        self.inner.token_revoked(token).await
    }

    async fn revoked_tokens(
        &self,
        at_most: usize,
    ) -> Result<Option<Vec<(u128, Option<Timestamp>)>>, StoreError> {
        self.inner.revoked_tokens(at_most).await
    }

    async fn spent(&self, id: u128) -> Result<bool, StoreError> {
        self.inner.spent(id).await
    }

    async fn answer(
        &self,
        realm: &RealmName,
        key: &[u8; 32],
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.inner.answer(realm, key).await
    }

    async fn events(&self, query: &EventQuery) -> Result<Vec<Event>, StoreError> {
        self.inner.events(query).await
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        self.inner.sequence().await
    }

    async fn record_uses(&self, uses: Vec<Use>) -> Result<(), StoreError> {
        self.inner.record_uses(uses).await
    }

    async fn uses(&self, credentials: &[Id<Credential>]) -> Result<Vec<Use>, StoreError> {
        self.inner.uses(credentials).await
    }

    async fn record_refusals(&self, refusals: Vec<Refusal>) -> Result<(), StoreError> {
        self.inner.record_refusals(refusals).await
    }

    async fn refusals(&self, query: &RefusalQuery) -> Result<Vec<Refusal>, StoreError> {
        self.inner.refusals(query).await
    }

    async fn fetch_many(&self, keys: &[(Kind, u128)]) -> Result<Vec<Stored>, StoreError> {
        self.inner.fetch_many(keys).await
    }

    async fn scan(
        &self,
        kind: Kind,
        after: Option<u128>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        self.inner.scan(kind, after, limit).await
    }

    async fn changes(&self, after: u64, limit: usize) -> Result<Option<Vec<Change>>, StoreError> {
        self.inner.changes(after, limit).await
    }

    async fn changed(&self, after: u64) {
        self.inner.changed(after).await;
    }

    async fn reserve_status_indexes(
        &self,
        realm: &RealmName,
        count: u32,
    ) -> Result<u32, StoreError> {
        self.inner.reserve_status_indexes(realm, count).await
    }

    fn direct(&self) -> &dyn Store {
        self
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}
