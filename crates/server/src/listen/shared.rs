//! What all listeners share.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use crate::config::Limits;

/// What all listeners share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) limits: Limits,
    /// A permit a connection.
    pub(crate) connections: Arc<Semaphore>,
    /// Turns true when no more requests are taken.
    pub(crate) ending: watch::Receiver<bool>,
}

/// Waits for the announcement of the end.
pub(super) async fn announced(ending: &mut watch::Receiver<bool>) {
    // An error means that nobody can announce it any more: it has come.
    let _ = ending.wait_for(|ending| *ending).await;
}
