//! Access requests: a person without an account asks for credentials, and staff decide.

use base::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Actor, Client, PublicId, RealmName};

/// What became of an access request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum AccessDecision {
    /// Nobody decided yet.
    Pending,
    /// The person may fetch the credentials of `client`.
    Approved {
        /// When.
        at: Timestamp,
        /// By whom.
        by: Actor,
        /// The client that was made for them.
        client: Id<Client>,
        /// Until when its secret can be fetched.
        fetch_until: Timestamp,
        /// When it was fetched; `None`: not yet.
        fetched_at: Option<Timestamp>,
    },
    /// They may not.
    Declined {
        /// When.
        at: Timestamp,
        /// By whom.
        by: Actor,
        /// What the person is told.
        reason: Option<String>,
    },
}

/// Somebody's wish for credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessRequest {
    /// Its identifier.
    pub id: Id<AccessRequest>,
    /// Where it belongs.
    pub realm: RealmName,
    /// What the outside calls it.
    pub public_id: PublicId,
    /// Who asks.
    pub name: String,
    /// For which organization, in their words.
    pub organization: String,
    /// What for.
    pub use_case: String,
    /// Where the answer goes: an e-mail address.
    pub contact: String,
    /// What became of it.
    pub decision: AccessDecision,
    /// Whether the answer was handed to the mail server; `None`: there is none to hand over yet.
    pub mailed: Option<bool>,
    /// When they asked.
    pub created_at: Timestamp,
}

impl AccessRequest {
    /// The state as lists are narrowed by: `pending`, `approved`, `declined`; an answer that is not
    /// mailed yet is `unmailed`.
    pub const fn variety(&self) -> &'static str {
        match (&self.decision, self.mailed) {
            (_, Some(false)) => "unmailed",
            (AccessDecision::Pending, _) => "pending",
            (AccessDecision::Approved { .. }, _) => "approved",
            (AccessDecision::Declined { .. }, _) => "declined",
        }
    }
}
