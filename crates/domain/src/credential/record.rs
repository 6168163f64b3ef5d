//! A credential, and what only its kind has.

use base::{Digest, Id, Timestamp};
use oauth::ScopeSet;
use serde::{Deserialize, Serialize};

use super::kind::CredentialKind;
use crate::{Client, Grant, Organization, PublicId, RealmName, ResourceServer, Revocation, User};

/// Marks the digest of a credential of any kind.
#[derive(Debug)]
pub enum AnySecret {}

/// A secret that a client, user or administrator holds; only its digest is kept.
#[derive(Clone, Debug)]
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

    /// Whether the secret was chosen elsewhere and can be guessed.
    pub const fn is_weak(&self) -> bool {
        self.detail.members().weak
    }

    /// What an access token was minted from.
    pub const fn minted(&self) -> Option<Minted> {
        self.detail.members().minted
    }

    /// What is left of it, where it was removed.
    pub const fn removed(&self) -> Option<Removed> {
        match self.detail {
            CredentialDetail::Removed(removed) => Some(removed),
            _ => None,
        }
    }

    /// Its status index: see [`Grant::status_index`].
    pub const fn status_index(&self) -> Option<u32> {
        self.detail.members().status_index
    }
}

/// The kind of a credential, and what only this kind has.
///
/// `status_index` is the credential's bit in the status lists of its realm; `None`: it was created
/// while no number was available. Only kinds that access tokens are minted from have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialDetail {
    /// [`CredentialKind::ClientSecret`].
    ClientSecret {
        /// The client that it authenticates.
        client: Id<Client>,
        /// The organization that owns the client.
        organization: Option<Id<Organization>>,
        /// Its status index.
        status_index: Option<u32>,
    },
    /// [`CredentialKind::ApiKey`].
    ApiKey {
        /// Its own grant.
        grant: Id<Grant>,
        /// The organization it acts for.
        organization: Id<Organization>,
        /// Its status index.
        status_index: Option<u32>,
    },
    /// [`CredentialKind::PersonalAccessToken`].
    PersonalAccessToken {
        /// Its own grant.
        grant: Id<Grant>,
        /// The user it acts for.
        user: Id<User>,
        /// The one organization it acts for; `None`: it acts for the user alone.
        organization: Option<Id<Organization>>,
        /// Its status index.
        status_index: Option<u32>,
    },
    /// [`CredentialKind::RefreshToken`].
    RefreshToken(RefreshToken),
    /// [`CredentialKind::LegacyToken`].
    LegacyToken {
        /// The grant that the legacy tokens of the organization share.
        grant: Id<Grant>,
        /// The organization it acts for.
        organization: Id<Organization>,
        /// The scopes of the grant that this token has.
        scopes: ScopeSet,
        /// Whether its secret can be guessed, as it was found at import: the secret itself is not kept.
        weak: bool,
        /// Its status index.
        status_index: Option<u32>,
    },
    /// [`CredentialKind::AdminKey`].
    AdminKey {
        /// What it may do.
        scopes: ScopeSet,
    },
    /// [`CredentialKind::ResourceServerSecret`].
    ResourceServerSecret {
        /// The resource server that it authenticates.
        resource_server: Id<ResourceServer>,
    },
    /// [`CredentialKind::AccessToken`].
    AccessToken {
        /// The grant it was minted under.
        grant: Id<Grant>,
        /// The client of the grant.
        client: Option<Id<Client>>,
        /// The organization of the grant.
        organization: Option<Id<Organization>>,
        /// The user of the grant.
        user: Option<Id<User>>,
        /// The scopes of the grant that this token has.
        scopes: ScopeSet,
        /// What it was minted from.
        minted: Minted,
    },
    /// [`CredentialKind::Consent`].
    Consent {
        /// The connection that the user consented to.
        grant: Id<Grant>,
        /// The connected client.
        client: Id<Client>,
        /// The organization that the client acts for.
        organization: Option<Id<Organization>>,
        /// The user who consented.
        user: Option<Id<User>>,
        /// Its status index.
        status_index: Option<u32>,
    },
    /// What is left of a credential of any kind that was removed.
    Removed(Removed),
}

/// What is left of a removed credential while access tokens that were minted from it may live: it
/// belongs to nobody any more, no list has it, and nothing can be done with it. Its row has its
/// identifier, its public id, and why it was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// What it was.
    pub kind: CredentialKind,
    /// Its status index.
    pub status_index: Option<u32>,
    /// When the last access token that was minted from it will have expired; `None`: never.
    pub until: Option<Timestamp>,
}

/// What a refresh token has: [`CredentialKind::RefreshToken`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// The grant it mints access tokens for.
    pub grant: Id<Grant>,
    /// The client it was issued to; no other may use it (RFC 6749 §6).
    pub client: Id<Client>,
    /// The organization of the grant.
    pub organization: Option<Id<Organization>>,
    /// The user who connected the client; `None` where staff issued it for the client itself.
    pub user: Option<Id<User>>,
    /// Narrows the scopes of the grant; `None`: all of them.
    pub scopes: Option<ScopeSet>,
    /// How far it has come, where it rotates.
    pub rotated: Option<Rotated>,
    /// When the user was authenticated, where the token comes from their consent: the `auth_time` of
    /// OpenID Connect Core §12.2.
    pub authenticated_at: Option<Timestamp>,
    /// Its status index.
    pub status_index: Option<u32>,
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
    /// The credential: the token is active only while that is.
    pub from: Id<Credential>,
    /// The `jti` by which it may be revoked unseen, like a token that has no row.
    pub token_id: Id<Minted>,
}

impl RefreshToken {
    /// One with nothing that is optional.
    pub const fn new(grant: Id<Grant>, client: Id<Client>) -> Self {
        Self {
            grant,
            client,
            organization: None,
            user: None,
            scopes: None,
            rotated: None,
            authenticated_at: None,
            status_index: None,
        }
    }
}

impl From<RefreshToken> for CredentialDetail {
    fn from(token: RefreshToken) -> Self {
        Self::RefreshToken(token)
    }
}

impl CredentialDetail {
    /// Which kind it is, or was.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::ClientSecret { .. } => CredentialKind::ClientSecret,
            Self::ApiKey { .. } => CredentialKind::ApiKey,
            Self::PersonalAccessToken { .. } => CredentialKind::PersonalAccessToken,
            Self::RefreshToken(_) => CredentialKind::RefreshToken,
            Self::LegacyToken { .. } => CredentialKind::LegacyToken,
            Self::AdminKey { .. } => CredentialKind::AdminKey,
            Self::ResourceServerSecret { .. } => CredentialKind::ResourceServerSecret,
            Self::AccessToken { .. } => CredentialKind::AccessToken,
            Self::Consent { .. } => CredentialKind::Consent,
            Self::Removed(removed) => removed.kind,
        }
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
