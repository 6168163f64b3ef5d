//! Counts what reaches the database: what was not answered from memory, and what was committed.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;
use store::{Batch, CommitError, Committed, Key, Store, StoreError, StoreReader, Stored};
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

impl Counted {
    fn inner(&self) -> &dyn Store {
        &*self.inner
    }
}

#[async_trait]
impl StoreReader for Counted {
    async fn fetch(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        self.figures.fetches.inc();
        self.inner.fetch(key).await
    }

    fn direct(&self) -> &dyn StoreReader {
        self
    }

    store::forward!(fetch_many, scan, list, budget, token_revoked, revoked_tokens, spent);
    store::forward!(answer, events, sequence, changes, changed, uses, refusals, ping);
}

#[async_trait]
impl Store for Counted {
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

    store::forward!(reserve_status_indexes, record_uses, record_refusals);
}
