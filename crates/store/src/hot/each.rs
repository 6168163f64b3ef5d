//! Walks over memory, for what has to look at everything; and the parts of grants and credentials
//! that are many and of which little is asked.

use domain::{Credential, CredentialKind, Entity, Grant, Kind, RealmName};

use super::Hot;

/// What a grant hangs from, by identifiers.
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
    /// [`Grant::place`].
    pub status_index: Option<u32>,
}

impl GrantDependencies {
    /// Of a grant.
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

/// What a credential hangs from, by identifiers.
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
    /// [`Credential::place`].
    pub status_index: Option<u32>,
}

impl CredentialDependencies {
    /// Of a credential.
    pub fn of(it: &Credential) -> Self {
        Self {
            id: it.id.as_u128(),
            kind: it.kind,
            grant: it.grant.map(|it| it.as_u128()),
            client: it.client.map(|it| it.as_u128()),
            status_index: it.status_index,
        }
    }
}

/// These are of what is in memory, which is everything while it is filled ([`Hot::is_filled`]). Each
/// entity is shown once, in no order, as it stands when its turn comes. No lock is held while `show`
/// runs. They work for as long as there is something to show: not in a task that others wait for.
impl Hot {
    /// Every entity of a kind in a realm.
    pub fn each(&self, kind: Kind, realm: &RealmName, show: &mut dyn FnMut(&Entity)) {
        self.shared.packed.each(kind, realm, show);
    }

    /// As [`Hot::each`] for grants, of which nothing else is unpacked.
    pub fn each_grant(&self, realm: &RealmName, show: &mut dyn FnMut(&GrantDependencies)) {
        self.shared.packed.each_grant(realm, show);
    }

    /// As [`Hot::each`] for credentials, of which nothing else is unpacked.
    pub fn each_credential(
        &self,
        realm: &RealmName,
        show: &mut dyn FnMut(&CredentialDependencies),
    ) {
        self.shared.packed.each_credential(realm, show);
    }
}
