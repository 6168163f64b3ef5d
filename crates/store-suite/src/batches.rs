//! Batches: whole or not at all.

use std::sync::Arc;

use store::{Batch, Committed, Store};

/// Nothing to write is no error.
pub async fn an_empty_batch_commits(store: Arc<dyn Store>) {
    assert_eq!(store.commit(Batch::new()).await.unwrap(), Committed::default());
}
