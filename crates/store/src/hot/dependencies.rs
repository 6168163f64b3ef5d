//! What grants and credentials depend on. These parts are read for all of them, without the rest.

use domain::{Credential, CredentialKind, Grant};

/// What a grant depends on, by identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantDependencies {
    /// [`Grant::id`].
    pub id: u128,
    /// [`Grant::client`].
    pub client: Option<u128>,
    /// [`Grant::user`].
    pub user: Option<u128>,
    /// [`Grant::organization`].
    pub organization: Option<u128>,
    /// [`Grant::resource_server`].
    pub resource_server: u128,
    /// [`Grant::epoch`].
    pub epoch: u32,
    /// [`Grant::status_index`].
    pub status_index: Option<u32>,
}

impl GrantDependencies {
    /// The dependencies of a grant.
    pub fn of(grant: &Grant) -> Self {
        Self {
            id: grant.id.as_u128(),
            client: grant.client.map(|it| it.as_u128()),
            user: grant.user.map(|it| it.as_u128()),
            organization: grant.organization.map(|it| it.as_u128()),
            resource_server: grant.resource_server.as_u128(),
            epoch: grant.epoch,
            status_index: grant.status_index,
        }
    }
}

/// What a credential depends on, by identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialDependencies {
    /// [`Credential::id`].
    pub id: u128,
    /// [`Credential::kind`].
    pub kind: CredentialKind,
    /// [`Credential::grant`].
    pub grant: Option<u128>,
    /// [`Credential::client`].
    pub client: Option<u128>,
    /// [`Credential::status_index`].
    pub status_index: Option<u32>,
}

impl CredentialDependencies {
    /// The dependencies of a credential.
    pub fn of(it: &Credential) -> Self {
        let members = it.detail.members();
        Self {
            id: it.id.as_u128(),
            kind: it.kind(),
            grant: members.grant.map(|it| it.as_u128()),
            client: members.client.map(|it| it.as_u128()),
            status_index: members.status_index,
        }
    }
}
