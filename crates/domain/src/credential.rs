//! Credentials: whatever is presented and has a row.
//!
//! A [`Credential`] has what every kind has, and a [`CredentialDetail`] with what its own kind has:
//! there is no API key without a grant, and no client secret without a client.

mod body;
mod detail;
mod members;

use base::{Digest, Id, Timestamp};
use oauth::ScopeSet;
use serde::{Deserialize, Serialize};

pub use detail::{CredentialDetail, Minted, RefreshToken, Rotated};
pub use members::{CredentialMemberError, CredentialMembers};

use crate::{Client, Grant, Organization, PublicId, RealmName, ResourceServer, Revocation, User};

/// Marks the digest of a credential of any kind.
#[derive(Debug)]
pub enum AnySecret {}

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// Authenticates a client (RFC 6749 §2.3.1). A client may have several, to rotate them.
    ClientSecret,
    /// An organization's key: presented as it is, or exchanged for a token.
    ApiKey,
    /// A user's token for their own programs.
    PersonalAccessToken,
    /// A long-lived token for minting access tokens (RFC 6749 §1.5).
    RefreshToken,
    /// A token of an older system: imported, never created.
    LegacyToken,
    /// Opens the admin API.
    AdminKey,
    /// Authenticates a resource server when it introspects (RFC 7662 §2.1).
    ResourceServerSecret,
    /// An access token that a dialect wants stored, because its published form is a bare secret.
    AccessToken,
    /// A person's consent itself: what access tokens that came without a refresh token hang from.
    /// At most one a grant; nobody holds its secret.
    Consent,
}

impl CredentialKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::ClientSecret,
        Self::ApiKey,
        Self::PersonalAccessToken,
        Self::RefreshToken,
        Self::LegacyToken,
        Self::AdminKey,
        Self::ResourceServerSecret,
        Self::AccessToken,
        Self::Consent,
    ];

    /// The name in the admin API, dialect files and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::ApiKey => "api_key",
            Self::PersonalAccessToken => "personal_access_token",
            Self::RefreshToken => "refresh_token",
            Self::LegacyToken => "legacy_token",
            Self::AdminKey => "admin_key",
            Self::ResourceServerSecret => "resource_server_secret",
            Self::AccessToken => "access_token",
            Self::Consent => "consent",
        }
    }
}

/// A secret that a client, user or administrator holds; only its digest is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "body::CredentialBody", into = "body::CredentialBody")]
pub struct Credential {
    /// Its identifier; access tokens minted from it carry it.
    pub id: Id<Credential>,
    /// The realm it belongs to.
    pub realm: RealmName,
    /// What finds it: the first half of a Basic pair, or a part of the string itself.
    pub public_id: PublicId,
    /// A name for people.
    pub label: String,
    /// The keyed digest of the secret.
    pub digest: Digest<AnySecret>,
    /// When it expires; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// Set once it was revoked.
    pub revoked: Option<Revocation>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Its kind, and what only this kind has.
    pub detail: CredentialDetail,
}

/// Members that only some kinds have, for lists and indexes: `None` where the kind has none.
impl Credential {
    /// What it is.
    pub const fn kind(&self) -> CredentialKind {
        self.detail.kind()
    }

    /// The grant it stands for; `None` for what authenticates a client, a resource server or an
    /// administrator.
    pub const fn grant(&self) -> Option<Id<Grant>> {
        self.detail.members().grant
    }

    /// The client it belongs to.
    pub const fn client(&self) -> Option<Id<Client>> {
        self.detail.members().client
    }

    /// The resource server it authenticates.
    pub const fn resource_server(&self) -> Option<Id<ResourceServer>> {
        self.detail.members().resource_server
    }

    /// The organization it acts for.
    pub const fn organization(&self) -> Option<Id<Organization>> {
        self.detail.members().organization
    }

    /// The user it acts for.
    pub const fn user(&self) -> Option<Id<User>> {
        self.detail.members().user
    }

    /// Narrows the scopes of its grant; what an admin key may do.
    pub const fn scopes(&self) -> Option<&ScopeSet> {
        self.detail.members().scopes
    }

    /// What an access token was minted from.
    pub const fn minted(&self) -> Option<Minted> {
        self.detail.members().minted
    }

    /// Its status index: see [`Grant::status_index`].
    pub const fn status_index(&self) -> Option<u32> {
        self.detail.members().status_index
    }
}

/// One or more uses of a credential, coalesced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// Which credential.
    pub credential: Id<Credential>,
    /// When it was last used.
    pub last_at: Timestamp,
    /// From which address, where known.
    pub address: Option<String>,
    /// How many times since it was last recorded.
    pub count: u64,
}
