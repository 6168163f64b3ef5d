//! Traverses the memory, for callers that need every entity.

use domain::{Entity, Kind, RealmName};

use super::Hot;
use super::dependencies::{CredentialDependencies, GrantDependencies};

/// These methods traverse what is in memory, which is everything after [`Hot::fill`]
/// ([`Hot::is_filled`]). Each entity is shown once, in no order, in its state at that moment. No
/// lock is held while `show` runs. They run as long as there is something to show, so they must not
/// run in a task that others wait for.
impl Hot {
    /// Every entity of a kind in a realm.
    pub fn each(&self, kind: Kind, realm: &RealmName, show: &mut dyn FnMut(&Entity)) {
        self.shared.packed.each(kind, realm, show);
    }

    /// As [`Hot::each`] for grants, without unpacking anything but the dependencies.
    pub fn each_grant(&self, realm: &RealmName, show: &mut dyn FnMut(&GrantDependencies)) {
        self.shared.packed.each_grant(realm, show);
    }

    /// As [`Hot::each`] for credentials, without unpacking anything but the dependencies.
    pub fn each_credential(
        &self,
        realm: &RealmName,
        show: &mut dyn FnMut(&CredentialDependencies),
    ) {
        self.shared.packed.each_credential(realm, show);
    }
}
