//! The inputs of a decision. It reaches the store, the time and randomness by these alone.

use std::net::IpAddr;
use std::sync::OnceLock;

use base::{DigestKey, Rng, Timestamp};
use domain::{Actor, Origin, PublicId};
use store::StoreReader;

use crate::Issuer;

/// Where a request came from.
#[derive(Clone, Debug, Default)]
pub struct RequestOrigin {
    /// The request id, which the answer carries, too.
    pub request_id: String,
    /// The peer's address, where known.
    pub address: Option<IpAddr>,
    /// Method and path, for logs and records: `POST /token`.
    pub request: String,
    /// The public id of the client or credential that sent the request, as soon as it is known. The
    /// record of a refusal names it.
    pub recognized: OnceLock<PublicId>,
}

/// The inputs of one decision.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The issuer of the realm that the request is for.
    pub issuer: &'a Issuer,
    /// The store. A decision reads it and cannot write to it.
    pub store: &'a dyn StoreReader,
    /// The current time. It stays the same throughout the decision.
    pub now: Timestamp,
    /// The source of randomness.
    pub rng: &'a dyn Rng,
    /// The key for the digests of stored secrets.
    pub digests: &'a DigestKey,
    /// Where the request came from.
    pub origin: &'a RequestOrigin,
    /// How many earlier attempts of this decision ended in a conflict at commit, from 0. After a
    /// conflict, a decision may read more rows, or read them from the database and not from memory.
    pub attempt: u32,
}

impl Context<'_> {
    /// Records the client or credential that sent the request. Only the first call has an effect.
    pub fn recognize(&self, public_id: &PublicId) {
        let _ = self.origin.recognized.set(public_id.clone());
    }

    /// A status index for a new grant or credential, from those that the process has reserved.
    /// `None` where none is left: [`crate::settle()`] then reserves some and decides again. A row
    /// that gets none, because none can be reserved, is known by its identifier.
    pub(crate) fn status_index(&self) -> Option<u32> {
        self.issuer.status_indexes().take()
    }

    /// The origin of an event that `actor` causes by this request.
    pub fn by(&self, actor: Actor) -> Origin {
        Origin {
            actor,
            request_id: Some(self.origin.request_id.clone()).filter(|id| !id.is_empty()),
            address: self.origin.address.map(|address| address.to_string()),
        }
    }
}
