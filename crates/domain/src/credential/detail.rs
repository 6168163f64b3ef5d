//! What only one kind of credential has.

use base::{Id, Timestamp};
use oauth::ScopeSet;
use serde::{Deserialize, Serialize};

use crate::{
    Client, Credential, CredentialKind, CredentialMembers, Grant, Organization, ResourceServer,
    User,
};

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
    /// Which kind it is.
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
        }
    }

    /// What it has, member by member.
    pub const fn members(&self) -> CredentialMembers<&ScopeSet> {
        let none = CredentialMembers::NONE;
        match self {
            Self::ClientSecret { client, organization, status_index } => CredentialMembers {
                client: Some(*client),
                organization: *organization,
                status_index: *status_index,
                ..none
            },
            Self::ApiKey { grant, organization, status_index } => CredentialMembers {
                grant: Some(*grant),
                organization: Some(*organization),
                status_index: *status_index,
                ..none
            },
            Self::PersonalAccessToken { grant, user, organization, status_index } => {
                CredentialMembers {
                    grant: Some(*grant),
                    user: Some(*user),
                    organization: *organization,
                    status_index: *status_index,
                    ..none
                }
            }
            Self::RefreshToken(token) => CredentialMembers {
                grant: Some(token.grant),
                client: Some(token.client),
                organization: token.organization,
                user: token.user,
                scopes: token.scopes.as_ref(),
                rotated: token.rotated,
                authenticated_at: token.authenticated_at,
                status_index: token.status_index,
                ..none
            },
            Self::LegacyToken { grant, organization, scopes, status_index } => CredentialMembers {
                grant: Some(*grant),
                organization: Some(*organization),
                scopes: Some(scopes),
                status_index: *status_index,
                ..none
            },
            Self::AdminKey { scopes } => CredentialMembers { scopes: Some(scopes), ..none },
            Self::ResourceServerSecret { resource_server } => {
                CredentialMembers { resource_server: Some(*resource_server), ..none }
            }
            Self::AccessToken { grant, client, organization, user, scopes, minted } => {
                CredentialMembers {
                    grant: Some(*grant),
                    client: *client,
                    organization: *organization,
                    user: *user,
                    scopes: Some(scopes),
                    minted: Some(*minted),
                    ..none
                }
            }
            Self::Consent { grant, client, organization, user, status_index } => {
                CredentialMembers {
                    grant: Some(*grant),
                    client: Some(*client),
                    organization: *organization,
                    user: *user,
                    status_index: *status_index,
                    ..none
                }
            }
        }
    }
}
