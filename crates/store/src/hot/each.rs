//! Reads over all of memory, for what has to look at everything.

use domain::{Entity, Kind, RealmName};

use super::Hot;
use super::links::{CredentialDependencies, GrantDependencies};

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
