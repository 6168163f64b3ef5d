//! Users: the people who give consent and own personal access tokens.

use base::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Organization, PublicId, RealmName};

/// Whether a user may act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// The user may act.
    #[default]
    Active,
    /// The user may not act for now.
    Suspended,
    /// The user was removed permanently. Their tokens stop; their history stays.
    Removed,
}

/// What users publish about themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The company where they work.
    pub company: Option<String>,
    /// A short text about them.
    pub bio: Option<String>,
    /// The address of a picture.
    pub avatar: Option<String>,
}

/// A user's membership in an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The organization.
    pub organization: Id<Organization>,
    /// The role, in the provider's words, such as `admin` or `developer`.
    pub role: String,
}

/// A person known to the provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    /// The identifier.
    pub id: Id<User>,
    /// The realm they belong to.
    pub realm: RealmName,
    /// The public id.
    pub public_id: PublicId,
    /// The e-mail address, in lower case; unique in the realm.
    pub email: String,
    /// Whether the address was confirmed.
    pub email_verified: bool,
    /// The display name.
    pub name: String,
    /// What they publish about themselves.
    pub profile: Profile,
    /// The role at the provider as a whole, in the provider's words.
    pub role: String,
    /// Whether the user may act.
    pub status: UserStatus,
    /// The organizations they belong to.
    pub memberships: Vec<Membership>,
    /// The organizations they no longer belong to. Tokens from the time of their membership may
    /// still exist and must stay refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_memberships: Vec<Id<Organization>>,
    /// When they were added.
    pub created_at: Timestamp,
}
