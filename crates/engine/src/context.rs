//! What a decision may look at. There is no other way to the store, the time or randomness.

use std::net::IpAddr;
use std::sync::OnceLock;

use base::{DigestKey, Rng, Timestamp};
use domain::{Actor, Origin, PublicId};
use store::StoreReader;

use crate::Issuer;

/// Where a request came from.
#[derive(Clone, Debug, Default)]
pub struct RequestOrigin {
    /// The id its answer will carry.
    pub request_id: String,
    /// The peer's address, where known.
    pub address: Option<IpAddr>,
    /// Method and path, for people: `POST /token`.
    pub request: String,
    /// Whom the request turned out to be from, as soon as that is known: for the refusal's record.
    pub recognized: OnceLock<PublicId>,
}

/// The surroundings of one decision.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The realm that is asked.
    pub issuer: &'a Issuer,
    /// What is known. A decision reads it and cannot write to it.
    pub store: &'a dyn StoreReader,
    /// The present moment: the same throughout the decision.
    pub now: Timestamp,
    /// Randomness.
    pub rng: &'a dyn Rng,
    /// Digests of stored secrets.
    pub digests: &'a DigestKey,
    /// Where the request came from.
    pub origin: &'a RequestOrigin,
    /// How often this was decided before, because a commit met what the decision had not seen. What
    /// only a conflict can tell is read then, and not before.
    pub attempt: u32,
}

impl Context<'_> {
    /// Notes whom the request is from. The first to be recognized stays.
    pub fn recognize(&self, public_id: &PublicId) {
        let _ = self.origin.recognized.set(public_id.clone());
    }

    /// A number in the realm's status lists for a grant or credential that is being made, from those
    /// that the process has reserved. `None` where it has none left: [`crate::settle`] then reserves
    /// some and decides again. Where none can be reserved, the row is known by its identifier.
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
