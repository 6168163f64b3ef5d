//! Refusals: what was denied, and the private reason.

use base::Timestamp;
use serde::{Deserialize, Serialize};

use crate::RealmName;

/// A request that was refused. Kept in a bounded store, found by its request id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The id that the answer carried.
    pub request_id: String,
    /// In which realm.
    pub realm: RealmName,
    /// When.
    pub at: Timestamp,
    /// What was asked, such as `POST /token`.
    pub request: String,
    /// The public problem: [`oauth::Problem::as_str`].
    pub problem: String,
    /// The private reason, as a stable code: `secret_has_white_space`.
    pub reason: String,
    /// The private reason, for people; never a secret.
    pub explanation: String,
    /// Public id of the client or credential that was recognised, where one was. Refusals that
    /// name one are kept apart from nameless ones, so that a flood of noise cannot push them out.
    pub subject: Option<String>,
    /// The peer's address, where known.
    pub address: Option<String>,
}
