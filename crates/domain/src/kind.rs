//! The kinds of entities.

use serde::{Deserialize, Serialize};

/// A kind of entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// [`crate::Organization`].
    Organization,
    /// [`crate::User`].
    User,
    /// [`crate::ResourceServer`].
    ResourceServer,
    /// [`crate::Client`].
    Client,
    /// [`crate::Grant`].
    Grant,
    /// [`crate::Credential`].
    Credential,
    /// [`crate::SigningKey`].
    SigningKey,
    /// [`crate::Account`].
    Account,
    /// [`crate::AccessRequest`].
    AccessRequest,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Organization,
        Self::User,
        Self::ResourceServer,
        Self::Client,
        Self::Grant,
        Self::Credential,
        Self::SigningKey,
        Self::Account,
        Self::AccessRequest,
    ];

    /// The name of the kind, and of its table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::User => "user",
            Self::ResourceServer => "resource_server",
            Self::Client => "client",
            Self::Grant => "grant",
            Self::Credential => "credential",
            Self::SigningKey => "signing_key",
            Self::Account => "account",
            Self::AccessRequest => "access_request",
        }
    }
}
