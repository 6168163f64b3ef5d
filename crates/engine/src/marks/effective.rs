//! Status lists as the standard defines them: a bit is set when the grant or credential is revoked,
//! or anything it depends on is revoked or suspended (Token Status List §7).
//!
//! The ledger has each mark by itself, and only the entities know which depends on which. So the
//! bits are computed by reading all grants and credentials. This is done when a list is requested,
//! and only if a mark changed since the last list.

use std::collections::HashSet;

use domain::{Client, Entity, Kind, RealmName, ResourceServer};
use status::{Mark, Marks};
use store::{CredentialDependencies, GrantDependencies, Hot, MAX_SCAN, StoreError, StoreReader};

use super::entity::{by_status_index_or_id, is_marked};

/// The status indexes of a realm that are revoked, by themselves or by something they depend on.
/// `revoked` holds the marks that are revoked by themselves. It reads every entity in `memory`, which
/// must be filled.
pub fn effective_in_memory(memory: &Hot, realm: &RealmName, revoked: &Marks) -> Marks {
    let mut effective = EffectiveMarks::new(revoked);
    if revoked.is_empty() {
        return effective.lists;
    }
    for kind in [Kind::Client, Kind::ResourceServer] {
        memory.each(kind, realm, &mut |entity| effective.see(entity));
    }
    memory.each_grant(realm, &mut |it| effective.grant(it));
    memory.each_credential(realm, &mut |it| effective.credential(it));
    effective.lists
}

/// The same, for the entities in a store.
///
/// # Errors
/// When the store cannot be read.
pub async fn effective(
    store: &dyn StoreReader,
    realm: &RealmName,
    revoked: &Marks,
) -> Result<Marks, StoreError> {
    let mut effective = EffectiveMarks::new(revoked);
    if revoked.is_empty() {
        return Ok(effective.lists);
    }
    for kind in [Kind::Client, Kind::ResourceServer, Kind::Grant, Kind::Credential] {
        let mut after = None;
        loop {
            let page = store.scan(kind, after, MAX_SCAN).await?;
            let of_realm = page.iter().filter(|it| it.entity.realm() == realm);
            of_realm.for_each(|it| effective.see(&it.entity));
            match page.last() {
                Some(last) if page.len() >= MAX_SCAN => after = Some(last.entity.id()),
                _ => break,
            }
        }
    }
    Ok(effective.lists)
}

/// Computes the lists. An entity must be passed in after everything that it depends on. Only the
/// identifiers of revoked or suspended ones are kept.
struct EffectiveMarks<'a> {
    revoked: &'a Marks,
    clients: HashSet<u128>,
    resource_servers: HashSet<u128>,
    grants: HashSet<u128>,
    lists: Marks,
}

impl<'a> EffectiveMarks<'a> {
    fn new(revoked: &'a Marks) -> Self {
        Self {
            revoked,
            clients: HashSet::new(),
            resource_servers: HashSet::new(),
            grants: HashSet::new(),
            lists: Marks::default(),
        }
    }

    fn see(&mut self, entity: &Entity) {
        match entity {
            Entity::Client(it) if self.client_is_revoked(it) => {
                self.clients.insert(it.id.as_u128());
            }
            Entity::ResourceServer(it) if self.server_is_revoked(it) => {
                self.resource_servers.insert(it.id.as_u128());
            }
            Entity::Grant(it) => self.grant(&GrantDependencies::of(it)),
            Entity::Credential(it) => self.credential(&CredentialDependencies::of(it)),
            _ => {}
        }
    }

    fn grant(&mut self, it: &GrantDependencies) {
        if self.grant_is_revoked(it) {
            self.grants.insert(it.id);
            it.status_index
                .into_iter()
                .for_each(|status_index| self.lists.set(Mark::status_index(status_index), None));
        }
    }

    fn credential(&mut self, it: &CredentialDependencies) {
        if let Some(status_index) = it.status_index
            && self.credential_is_revoked(it)
        {
            self.lists.set(Mark::status_index(status_index), None);
        }
    }

    fn client_is_revoked(&self, client: &Client) -> bool {
        let owner = client.organization.map(|it| it.as_u128());
        self.is_revoked(Some(client.id.as_u128())) || self.is_revoked(owner)
    }

    fn server_is_revoked(&self, server: &ResourceServer) -> bool {
        self.revoked.contains(Mark::audience(&server.identifier))
    }

    fn grant_is_revoked(&self, it: &GrantDependencies) -> bool {
        let membership = it.user.zip(it.organization);
        let membership = membership.map(|(user, of)| Mark::membership(user, of));
        let connections = it.user.and(it.client).map(|of| Mark::connections(of, it.epoch));
        self.revoked.contains(it.status_index.map_or_else(|| Mark::id(it.id), Mark::status_index))
            || it.client.is_some_and(|client| self.clients.contains(&client))
            || self.resource_servers.contains(&it.resource_server)
            || self.is_revoked(it.organization)
            || self.is_revoked(it.user)
            || membership.is_some_and(|it| self.revoked.contains(it))
            || connections.is_some_and(|it| self.revoked.contains(it))
    }

    fn credential_is_revoked(&self, it: &CredentialDependencies) -> bool {
        let client = it.client.filter(|_| is_marked(it.kind));
        self.revoked.contains(by_status_index_or_id(it.status_index, it.id, it.kind))
            || it.grant.is_some_and(|grant| self.grants.contains(&grant))
            || client.is_some_and(|client| self.clients.contains(&client))
    }

    fn is_revoked(&self, id: Option<u128>) -> bool {
        id.is_some_and(|id| self.revoked.contains(Mark::id(id)))
    }
}
