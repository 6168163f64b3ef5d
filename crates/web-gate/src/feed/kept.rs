//! The cache of the snapshot and of the status lists, so that many readers cost no more than one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderValue;
use base::Timestamp;
use status::{Marks, SigningKeys};
use tokio::time::Instant;

/// The last snapshot, signed.
#[derive(Debug)]
pub(super) struct TakenSnapshot {
    pub(super) at: Timestamp,
    /// How long it took to make.
    pub(super) took: Duration,
    /// The sequence number from which its readers continue.
    pub(super) sequence: u64,
    /// The signing keys that it tells of. It is not used after they changed.
    pub(super) keys: Arc<SigningKeys>,
    pub(super) text: Bytes,
}

/// The parts of the status lists that were made last.
#[derive(Debug, Default)]
pub(super) struct MadeLists {
    pub(super) bits: Option<ListBits>,
    pub(super) token_marks: Option<TokenMarks>,
    pub(super) signed: BTreeMap<u32, Signed>,
}

/// The revoked marks of single tokens, which every list has beside its bits.
#[derive(Debug)]
pub(super) struct TokenMarks {
    /// [`engine::marks::Ledger::changes`] before they were read.
    pub(super) changes: u64,
    pub(super) at: Instant,
    pub(super) took: Duration,
    pub(super) marks: Option<Arc<str>>,
}

/// The bits of all lists.
#[derive(Debug)]
pub(super) struct ListBits {
    /// [`engine::marks::Ledger::changes`] before they were computed.
    pub(super) changes: u64,
    pub(super) as_of: Timestamp,
    pub(super) began: Instant,
    pub(super) took: Duration,
    pub(super) bits: Arc<Marks>,
}

/// A signed list, with its entity tag.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub(super) at: Instant,
    /// The signing keys that it tells of. It is not used after they changed.
    pub(super) keys: Arc<SigningKeys>,
    pub(super) text: Bytes,
    pub(super) tag: HeaderValue,
}
