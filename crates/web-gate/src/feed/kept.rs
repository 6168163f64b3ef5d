//! What is kept of a snapshot and of the lists, so that many readers cost no more than one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderValue;
use base::Timestamp;
use status::Marks;
use tokio::time::Instant;

/// A snapshot that was taken.
#[derive(Debug)]
pub(super) struct TakenSnapshot {
    pub(super) at: Timestamp,
    pub(super) text: Bytes,
}

/// The lists that were made last.
#[derive(Debug, Default)]
pub(super) struct MadeLists {
    pub(super) walked: Option<Walked>,
    pub(super) beside: Option<Beside>,
    pub(super) signed: BTreeMap<u32, Signed>,
}

/// What every list says beside its bits.
#[derive(Debug)]
pub(super) struct Beside {
    /// [`engine::standing::Ledger::changes`] before.
    pub(super) changes: u64,
    pub(super) at: Instant,
    pub(super) took: Duration,
    pub(super) marks: Option<Arc<str>>,
}

#[derive(Debug)]
pub(super) struct Walked {
    /// [`engine::standing::Ledger::changes`] before.
    pub(super) changes: u64,
    pub(super) as_of: Timestamp,
    pub(super) began: Instant,
    pub(super) took: Duration,
    pub(super) bits: Arc<Marks>,
}

#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub(super) at: Instant,
    pub(super) text: Bytes,
    pub(super) tag: HeaderValue,
}
