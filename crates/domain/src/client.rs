//! OAuth clients (RFC 6749 §2).

use base::{Id, Timestamp};
use oauth::{ClientAuthMethod, GrantType};
use serde::{Deserialize, Serialize};

use crate::{BudgetLimits, Organization, PublicId, RealmName, ResourceServer, Status};

/// What kind of program a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// A program that acts for itself or its organization.
    Machine,
    /// A partner's app that acts for the people and organizations who connect it.
    App,
}

/// An OAuth client. What it may do is in its grants.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// Its identifier.
    pub id: Id<Client>,
    /// Where it belongs.
    pub realm: RealmName,
    /// The `client_id` (RFC 6749 §2.2).
    pub public_id: PublicId,
    /// For people.
    pub name: String,
    /// What kind of program it is.
    pub kind: ClientKind,
    /// Whose it is; `None`: the provider's own.
    pub organization: Option<Id<Organization>>,
    /// How it may authenticate.
    pub auth_methods: Vec<ClientAuthMethod>,
    /// The grant types it may use.
    pub grant_types: Vec<GrantType>,
    /// The resource server meant when a request names none.
    pub default_audience: Option<Id<ResourceServer>>,
    /// How many tokens it may be issued.
    pub budget: BudgetLimits,
    /// Suspended: it is issued nothing and its tokens are refused.
    pub status: Status,
    /// When it was made.
    pub created_at: Timestamp,
}
