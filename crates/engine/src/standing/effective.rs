//! Status lists as the standard knows them: a bit is set when the grant or credential, or anything
//! above it, is bad (Token Status List §7).
//!
//! The ledger holds each mark by itself, and who hangs from whom is in the store alone: the bits are
//! made from a walk over all grants and credentials, which is done for those who ask for a list, and
//! only where something became another since the last one.

use std::collections::BTreeSet;

use domain::{Client, Credential, Entity, Grant, Kind, RealmName, ResourceServer};
use status::{Mark, Marks};
use store::{MAX_SCAN, Store, StoreError};

use super::marks::{is_marked, of_credential, of_grant};

/// Who is bad above the grants, by identifier.
#[derive(Debug, Default)]
struct Above {
    clients: BTreeSet<u128>,
    resource_servers: BTreeSet<u128>,
}

/// The places of a realm that are bad by themselves or by what they hang from, where `bad` is what is
/// bad by itself.
///
/// # Errors
/// When the store cannot be read.
pub async fn effective(
    store: &dyn Store,
    realm: &RealmName,
    bad: &Marks,
) -> Result<Marks, StoreError> {
    let mut lists = Marks::default();
    if bad.is_empty() {
        return Ok(lists);
    }
    let above = above(store, realm, bad).await?;
    // Only those that are bad are remembered.
    let mut grants = BTreeSet::new();
    walk(store, Kind::Grant, realm, |entity| {
        if let Entity::Grant(grant) = entity
            && grant_is_bad(bad, &above, grant)
        {
            grants.insert(grant.id.as_u128());
            grant.place.into_iter().for_each(|place| lists.set(Mark::place(place), None));
        }
    })
    .await?;
    walk(store, Kind::Credential, realm, |entity| {
        if let Entity::Credential(it) = entity
            && let Some(place) = it.place
            && credential_is_bad(bad, &above, &grants, it)
        {
            lists.set(Mark::place(place), None);
        }
    })
    .await?;
    Ok(lists)
}

async fn above(store: &dyn Store, realm: &RealmName, bad: &Marks) -> Result<Above, StoreError> {
    let mut above = Above::default();
    walk(store, Kind::Client, realm, |entity| {
        if let Entity::Client(client) = entity
            && client_is_bad(bad, client)
        {
            above.clients.insert(client.id.as_u128());
        }
    })
    .await?;
    walk(store, Kind::ResourceServer, realm, |entity| {
        if let Entity::ResourceServer(server) = entity
            && server_is_bad(bad, server)
        {
            above.resource_servers.insert(server.id.as_u128());
        }
    })
    .await?;
    Ok(above)
}

fn client_is_bad(bad: &Marks, client: &Client) -> bool {
    let owner = client.organization.map(|it| Mark::id(it.as_u128()));
    bad.contains(Mark::id(client.id.as_u128())) || owner.is_some_and(|owner| bad.contains(owner))
}

fn server_is_bad(bad: &Marks, server: &ResourceServer) -> bool {
    bad.contains(Mark::audience(&server.identifier))
}

fn grant_is_bad(bad: &Marks, above: &Above, grant: &Grant) -> bool {
    let id = |id: Option<u128>| id.is_some_and(|id| bad.contains(Mark::id(id)));
    let organization = grant.organization.map(|it| it.as_u128());
    let user = grant.user.map(|it| it.as_u128());
    let client = grant.client.map(|it| it.as_u128());
    let membership = user.zip(organization).map(|(user, of)| Mark::membership(user, of));
    let connections = user.and(client).map(|client| Mark::connections(client, grant.epoch));
    bad.contains(of_grant(grant))
        || client.is_some_and(|client| above.clients.contains(&client))
        || above.resource_servers.contains(&grant.resource_server.as_u128())
        || id(organization)
        || id(user)
        || membership.is_some_and(|it| bad.contains(it))
        || connections.is_some_and(|it| bad.contains(it))
}

fn credential_is_bad(bad: &Marks, above: &Above, grants: &BTreeSet<u128>, it: &Credential) -> bool {
    let client = it.client.map(|it| it.as_u128());
    bad.contains(of_credential(it))
        || it.grant.is_some_and(|grant| grants.contains(&grant.as_u128()))
        || client.is_some_and(|client| is_marked(it.kind) && above.clients.contains(&client))
}

/// Shows every entity of a kind in a realm.
async fn walk(
    store: &dyn Store,
    kind: Kind,
    realm: &RealmName,
    mut show: impl FnMut(&Entity),
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = store.scan(kind, after, MAX_SCAN).await?;
        page.iter().filter(|it| it.entity.realm() == realm).for_each(|it| show(&it.entity));
        match page.last() {
            Some(last) if page.len() >= MAX_SCAN => after = Some(last.entity.id()),
            _ => return Ok(()),
        }
    }
}
