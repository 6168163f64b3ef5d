//! The members that only some kinds of credential have, side by side: how they are stored.

use base::{Id, Timestamp};
use oauth::ScopeSet;
use serde::{Deserialize, Serialize};

use super::kind::CredentialKind;
use super::record::{CredentialDetail, Minted, RefreshToken, Removed, Rotated};
use crate::{Client, Grant, Organization, ResourceServer, User};

/// Every member that some kind has; `S` is the set of scopes or a reference to it. What a member
/// means is said at [`CredentialDetail`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "CredentialDetail describes each member for its kind")]
pub struct CredentialMembers<S> {
    pub grant: Option<Id<Grant>>,
    pub client: Option<Id<Client>>,
    pub resource_server: Option<Id<ResourceServer>>,
    pub organization: Option<Id<Organization>>,
    pub user: Option<Id<User>>,
    pub scopes: Option<S>,
    pub rotated: Option<Rotated>,
    pub minted: Option<Minted>,
    pub authenticated_at: Option<Timestamp>,
    pub weak: bool,
    pub status_index: Option<u32>,
    pub removed: Option<RemovedUntil>,
}

/// [`Removed::until`], of a credential that was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedUntil {
    /// [`Removed::until`].
    pub until: Option<Timestamp>,
}

/// Members do not fit a kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialMemberError {
    /// The kind cannot be without this member.
    #[error("{}: \"{member}\" is missing", kind.as_str())]
    Missing {
        /// The kind.
        kind: CredentialKind,
        /// The name of the member in stored bodies.
        member: &'static str,
    },
    /// The kind has no such member, and to ignore it would allow more than was meant.
    #[error("{}: \"{member}\" does not belong to it", kind.as_str())]
    Unexpected {
        /// The kind.
        kind: CredentialKind,
        /// The name of the member in stored bodies.
        member: &'static str,
    },
}

impl<S> CredentialMembers<S> {
    /// None of them.
    pub const NONE: Self = Self {
        grant: None,
        client: None,
        resource_server: None,
        organization: None,
        user: None,
        scopes: None,
        rotated: None,
        minted: None,
        authenticated_at: None,
        weak: false,
        status_index: None,
        removed: None,
    };
}

impl CredentialMembers<ScopeSet> {
    /// The detail of a credential of `kind`. Members that the kind does not have are ignored, except
    /// `scopes`: they narrow what a credential may do. A removed one needs no member.
    ///
    /// # Errors
    /// When a member that the kind needs is missing, or scopes do not belong to it.
    pub fn detail(self, kind: CredentialKind) -> Result<CredentialDetail, CredentialMemberError> {
        let Self { organization, user, status_index, .. } = self;
        if let Some(RemovedUntil { until }) = self.removed {
            return Ok(CredentialDetail::Removed(Removed { kind, status_index, until }));
        }
        let missing = |member| CredentialMemberError::Missing { kind, member };
        let grant = self.grant.ok_or(missing("grant"));
        let client = self.client.ok_or(missing("client"));
        let of_organization = organization.ok_or(missing("organization"));
        let scopes = self.scopes;
        let some_scopes = |scopes: Option<ScopeSet>| scopes.ok_or(missing("scopes"));
        let no_scopes = |scopes: Option<ScopeSet>| match scopes {
            None => Ok(()),
            Some(_) => Err(CredentialMemberError::Unexpected { kind, member: "scopes" }),
        };
        Ok(match kind {
            CredentialKind::ClientSecret => {
                no_scopes(scopes)?;
                CredentialDetail::ClientSecret { client: client?, organization, status_index }
            }
            CredentialKind::ApiKey => {
                no_scopes(scopes)?;
                CredentialDetail::ApiKey {
                    grant: grant?,
                    organization: of_organization?,
                    status_index,
                }
            }
            CredentialKind::PersonalAccessToken => {
                no_scopes(scopes)?;
                CredentialDetail::PersonalAccessToken {
                    grant: grant?,
                    user: user.ok_or(missing("user"))?,
                    organization,
                    status_index,
                }
            }
            CredentialKind::RefreshToken => CredentialDetail::RefreshToken(RefreshToken {
                grant: grant?,
                client: client?,
                organization,
                user,
                scopes,
                rotated: self.rotated,
                authenticated_at: self.authenticated_at,
                status_index,
            }),
            CredentialKind::LegacyToken => CredentialDetail::LegacyToken {
                grant: grant?,
                organization: of_organization?,
                scopes: some_scopes(scopes)?,
                weak: self.weak,
                status_index,
            },
            CredentialKind::AdminKey => CredentialDetail::AdminKey { scopes: some_scopes(scopes)? },
            CredentialKind::ResourceServerSecret => {
                no_scopes(scopes)?;
                let resource_server = self.resource_server.ok_or(missing("resource_server"))?;
                CredentialDetail::ResourceServerSecret { resource_server }
            }
            CredentialKind::AccessToken => CredentialDetail::AccessToken {
                grant: grant?,
                client: self.client,
                organization,
                user,
                scopes: some_scopes(scopes)?,
                minted: self.minted.ok_or(missing("minted"))?,
            },
            CredentialKind::Consent => {
                no_scopes(scopes)?;
                CredentialDetail::Consent {
                    grant: grant?,
                    client: client?,
                    organization,
                    user,
                    status_index,
                }
            }
        })
    }
}

impl CredentialDetail {
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
            Self::LegacyToken { grant, organization, scopes, weak, status_index } => {
                CredentialMembers {
                    grant: Some(*grant),
                    organization: Some(*organization),
                    scopes: Some(scopes),
                    weak: *weak,
                    status_index: *status_index,
                    ..none
                }
            }
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
            Self::Removed(Removed { status_index, until, .. }) => CredentialMembers {
                status_index: *status_index,
                removed: Some(RemovedUntil { until: *until }),
                ..none
            },
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
