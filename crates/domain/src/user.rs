//! Users: the people who say yes, and who own personal access tokens.

use base::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Organization, PublicId, RealmName};

/// Whether a user may act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// They may.
    #[default]
    Active,
    /// They may not, for now.
    Suspended,
    /// Gone for good: what they made stops, their history stays.
    Removed,
}

/// What a user tells of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Where they work.
    pub company: Option<String>,
    /// A few words.
    pub bio: Option<String>,
    /// Address of a picture.
    pub avatar: Option<String>,
}

/// A user's place in an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Which one.
    pub organization: Id<Organization>,
    /// As what, in the provider's words, such as `admin` or `developer`.
    pub role: String,
}

/// A person known to the provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    /// Their identifier.
    pub id: Id<User>,
    /// Where they belong.
    pub realm: RealmName,
    /// What the outside calls them.
    pub public_id: PublicId,
    /// Address, in lower case; unique in the realm.
    pub email: String,
    /// Whether the address was confirmed.
    pub email_verified: bool,
    /// For people.
    pub name: String,
    /// What they tell of themselves.
    pub profile: Profile,
    /// Role at the provider as a whole, in the provider's words.
    pub role: String,
    /// Whether they may act.
    pub status: UserStatus,
    /// The organizations they belong to.
    pub memberships: Vec<Membership>,
    /// The organizations they belonged to and no longer do: tokens that they made possible there may
    /// still be about, and must stay refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_memberships: Vec<Id<Organization>>,
    /// When they were added.
    pub created_at: Timestamp,
}
