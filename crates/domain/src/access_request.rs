//! Access requests: a person without an account asks for credentials, and the provider's staff
//! decide.

use base::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Actor, Client, PublicId, RealmName};

/// The decision on an access request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum AccessDecision {
    /// No decision yet.
    Pending,
    /// The person may fetch the credentials of `client`.
    Approved {
        /// When it was approved.
        at: Timestamp,
        /// Who approved it.
        by: Actor,
        /// The client that was created for the person.
        client: Id<Client>,
        /// The secret can be fetched until this time.
        fetch_until: Timestamp,
        /// When the secret was fetched; `None`: not yet.
        fetched_at: Option<Timestamp>,
    },
    /// The request was declined.
    Declined {
        /// When it was declined.
        at: Timestamp,
        /// Who declined it.
        by: Actor,
        /// The reason as shown to the person.
        reason: Option<String>,
    },
}

/// A person's request for credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessRequest {
    /// Its identifier.
    pub id: Id<AccessRequest>,
    /// The realm it belongs to.
    pub realm: RealmName,
    /// The public id.
    pub public_id: PublicId,
    /// The person's name.
    pub name: String,
    /// The organization, in the person's words.
    pub organization: String,
    /// The purpose, in the person's words.
    pub use_case: String,
    /// The e-mail address that the answer is sent to.
    pub contact: String,
    /// The decision.
    pub decision: AccessDecision,
    /// Whether the answer was handed to the mail server; `None`: there is no answer to send yet.
    pub mailed: Option<bool>,
    /// Whether no more attempt is made to mail the answer, because the attempts before had no success.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mail_failed: bool,
    /// When the request was made.
    pub created_at: Timestamp,
}

impl AccessRequest {
    /// The state for filtering lists: `pending`, `approved` or `declined`; `unmailed` where an
    /// answer is not mailed yet, and `mail_failed` where no more attempt is made.
    pub const fn variety(&self) -> &'static str {
        match (&self.decision, self.mailed) {
            (_, Some(false)) if self.mail_failed => "mail_failed",
            (_, Some(false)) => "unmailed",
            (AccessDecision::Pending, _) => "pending",
            (AccessDecision::Approved { .. }, _) => "approved",
            (AccessDecision::Declined { .. }, _) => "declined",
        }
    }
}
