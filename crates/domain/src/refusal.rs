//! Refusals: stored records of denied requests, with the private reason.

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::RealmName;

/// The record of a denied request. Kept in a bounded store, found by its request id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The request id in the response.
    pub request_id: String,
    /// The realm.
    pub realm: RealmName,
    /// When the request was denied.
    pub at: Timestamp,
    /// The request, such as `POST /token`.
    pub request: String,
    /// The public problem: [`oauth::Problem::as_str`].
    pub problem: String,
    /// The private reason, as a stable code: `secret_has_white_space`.
    pub reason: String,
    /// The private reason in words; never a secret.
    pub explanation: String,
    /// Public id of the client or credential that was recognised, where one was. Refusals with a
    /// subject are kept apart from those without, so that a flood of the latter cannot push them
    /// out.
    pub subject: Option<String>,
    /// The IP address of the peer, where known.
    pub address: Option<String>,
}
