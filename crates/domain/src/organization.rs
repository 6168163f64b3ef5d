//! Organizations: the provider's customers.

use base::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{BudgetLimits, PublicId, RealmName};

/// Whether something may act at present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It may.
    #[default]
    Active,
    /// It may not, until it is active again. Nothing is lost meanwhile.
    Suspended,
}

/// A customer of the provider: a company, a wallet, a workspace, an investor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Organization {
    /// Its identifier.
    pub id: Id<Organization>,
    /// Where it belongs.
    pub realm: RealmName,
    /// What the outside calls it.
    pub public_id: PublicId,
    /// For people.
    pub name: String,
    /// Suspended: nothing issued for it is good.
    pub status: Status,
    /// How many tokens may be issued on its behalf, by all who act for it together.
    pub budget: BudgetLimits,
    /// When it was made.
    pub created_at: Timestamp,
}
