//! Credentials: whatever is presented and has a row.

use base::{Digest, Id, Timestamp};
use oauth::ScopeSet;
use serde::{Deserialize, Serialize};

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

/// How far a refresh token that rotates has come. The row stays the same through every rotation:
/// it is the family of RFC 9700 §4.14.2, and has at most one live token by construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotated {
    /// How many times it was rotated: 0 for the token that the code was exchanged for.
    pub generation: u32,
    /// When the present generation was made.
    pub at: Timestamp,
}

/// What an access token that has a row was minted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minted {
    /// The credential: the token is good only while that is not taken back.
    pub from: Id<Credential>,
    /// The `jti` by which it may be revoked unseen, like a token that has no row.
    pub token_id: Id<Minted>,
}

/// A secret that somebody holds; only its digest is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credential {
    /// Its identifier; access tokens minted from it carry it.
    pub id: Id<Credential>,
    /// Where it belongs.
    pub realm: RealmName,
    /// What it is.
    pub kind: CredentialKind,
    /// What finds it: the first half of a Basic pair, or a part of the string itself.
    pub public_id: PublicId,
    /// What it hangs from; `None` for what authenticates a client, a resource server or an admin.
    pub grant: Option<Id<Grant>>,
    /// The client it belongs to, where one does.
    pub client: Option<Id<Client>>,
    /// The resource server it authenticates, where it does.
    pub resource_server: Option<Id<ResourceServer>>,
    /// The organization it acts for, where it does.
    pub organization: Option<Id<Organization>>,
    /// The user it acts for, where it does.
    pub user: Option<Id<User>>,
    /// A name for people.
    pub label: String,
    /// The keyed digest of the secret.
    pub digest: Digest<AnySecret>,
    /// Narrows the grant's scopes, where set; for an admin key, what it may do.
    pub scopes: Option<ScopeSet>,
    /// When it stops by itself; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// How far it has come, where it is a refresh token that rotates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated: Option<Rotated>,
    /// What it was minted from, where it is an access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minted: Option<Minted>,
    /// When the person behind it proved who they are, where it comes from their consent: the
    /// `auth_time` of OpenID Connect Core §12.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticated_at: Option<Timestamp>,
    /// Its index in the status lists of its realm, where it has one: see [`Grant::status_index`].
    #[serde(rename = "place", default, skip_serializing_if = "Option::is_none")]
    pub status_index: Option<u32>,
    /// Set once it was taken back.
    pub revoked: Option<Revocation>,
    /// When it was made.
    pub created_at: Timestamp,
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
