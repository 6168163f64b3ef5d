//! Organizations: the provider's customers.

use base::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{BudgetLimits, PublicId, RealmName};

/// Whether an entity is active or suspended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It may act.
    #[default]
    Active,
    /// It may not act until it is active again. Nothing is lost meanwhile.
    Suspended,
}

/// A customer of the provider: a company, a wallet, a workspace, an investor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Organization {
    /// Its identifier.
    pub id: Id<Organization>,
    /// The realm it belongs to.
    pub realm: RealmName,
    /// The public id.
    pub public_id: PublicId,
    /// The display name.
    pub name: String,
    /// While it is suspended, every token issued for it is refused.
    pub status: Status,
    /// How many tokens may be issued on its behalf, by all clients together.
    pub budget: BudgetLimits,
    /// When it was made.
    pub created_at: Timestamp,
}
