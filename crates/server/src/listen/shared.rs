//! What all listeners share.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use crate::config::Limits;

/// What all listeners share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) limits: Limits,
    /// One permit per connection.
    pub(crate) connections: Arc<Semaphore>,
    /// Becomes true when no more requests are accepted.
    pub(crate) ending: watch::Receiver<bool>,
}

/// Waits until the end is announced.
pub(super) async fn announced(ending: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which counts as the announcement.
    let _ = ending.wait_for(|ending| *ending).await;
}
