//! Lists: pages by rising identifier, filtered by owners.

use std::sync::Arc;

use domain::{CredentialDetail, Entity, Kind, Owners};
use store::{Batch, ListQuery, MAX_PAGE, Store, Write};

use crate::samples::{self, entity, other_realm, realm};

fn query(kind: Kind, limit: usize) -> ListQuery {
    ListQuery { kind, realm: realm(), owners: Owners::default(), after: None, limit }
}

async fn ids(store: &Arc<dyn Store>, query: &ListQuery) -> Vec<u128> {
    store.list(query).await.unwrap().iter().map(|stored| stored.entity.id()).collect()
}

async fn insert_all(store: &Arc<dyn Store>, entities: Vec<Entity>) {
    let writes = entities.into_iter().map(Write::Insert).collect();
    store.commit(Batch { writes, events: vec![] }).await.unwrap();
}

/// Pages have no gap and no repetition, whatever the order of insertion.
pub async fn pages_follow_each_other_by_rising_identifier(store: Arc<dyn Store>) {
    let mut entities: Vec<Entity> = (0..23).map(|_| entity(samples::organization())).collect();
    let expected: Vec<u128> = entities.iter().map(Entity::id).collect();
    assert!(expected.is_sorted());
    entities.reverse();
    insert_all(&store, entities).await;

    let mut query = query(Kind::Organization, 5);
    let mut seen = Vec::new();
    loop {
        let page = ids(&store, &query).await;
        assert!(page.len() <= 5);
        let Some(last) = page.last() else { break };
        query.after = Some(*last);
        assert!(seen.len() < expected.len(), "the pages never end");
        seen.extend(page);
    }
    assert_eq!(seen, expected);
}

/// A page is never longer than [`MAX_PAGE`], and may be empty.
pub async fn a_page_has_a_limit(store: Arc<dyn Store>) {
    let entities = (0..MAX_PAGE + 10).map(|_| entity(samples::client())).collect();
    insert_all(&store, entities).await;
    for (limit, expected) in
        [(0, 0), (1, 1), (MAX_PAGE, MAX_PAGE), (MAX_PAGE + 5, MAX_PAGE), (usize::MAX, MAX_PAGE)]
    {
        assert_eq!(ids(&store, &query(Kind::Client, limit)).await.len(), expected, "{limit}");
    }
}

/// A list holds one kind of one realm.
pub async fn a_list_holds_one_kind_of_one_realm(store: Arc<dyn Store>) {
    let mut abroad = samples::organization();
    abroad.realm = other_realm();
    let here = samples::organization();
    let expected = here.id.as_u128();
    insert_all(&store, vec![entity(abroad.clone()), entity(here), entity(samples::client())]).await;
    assert_eq!(ids(&store, &query(Kind::Organization, 9)).await, [expected]);
    let there = ListQuery { realm: other_realm(), ..query(Kind::Organization, 9) };
    assert_eq!(ids(&store, &there).await, [abroad.id.as_u128()]);
    let nowhere = ListQuery { realm: "nowhere".parse().unwrap(), ..query(Kind::Organization, 9) };
    assert!(ids(&store, &nowhere).await.is_empty());
}

/// A filter by each owner works alone and together with others.
pub async fn lists_are_filtered_by_each_owner(store: Arc<dyn Store>) {
    let (one, two) = (samples::refresh_token(), samples::refresh_token());
    let both = CredentialDetail::ClientSecret {
        client: two.client,
        organization: one.organization,
        status_index: None,
    };
    let resource_server = samples::id();
    let server = CredentialDetail::ResourceServerSecret { resource_server };
    let all = [one.clone().into(), two.clone().into(), both, server].map(samples::credential_of);
    let [first, second, third, fourth] = all.each_ref().map(|it| it.id.as_u128());
    let of = |owners| ListQuery { owners, ..query(Kind::Credential, 9) };
    let any = Owners::default();
    let cases = [
        (any, vec![first, second, third, fourth]),
        (Owners { organization: bits(one.organization), ..any }, vec![first, third]),
        (Owners { user: bits(one.user), ..any }, vec![first]),
        (Owners { client: bits(Some(two.client)), ..any }, vec![second, third]),
        (Owners { resource_server: bits(Some(resource_server)), ..any }, vec![fourth]),
        (Owners { grant: bits(Some(two.grant)), ..any }, vec![second]),
        (Owners { variety: Some("refresh_token"), ..any }, vec![first, second]),
        (
            Owners { variety: Some("client_secret"), client: bits(Some(two.client)), ..any },
            vec![third],
        ),
        (
            Owners { organization: bits(one.organization), client: bits(Some(one.client)), ..any },
            vec![first],
        ),
        (Owners { organization: bits(one.organization), user: bits(two.user), ..any }, vec![]),
    ];
    insert_all(&store, all.map(entity).to_vec()).await;
    for (owners, expected) in cases {
        assert_eq!(ids(&store, &of(owners)).await, expected, "{owners:?}");
        let paged = ListQuery { after: expected.first().copied(), ..of(owners) };
        let rest = expected.get(1..).unwrap_or_default();
        if !expected.is_empty() {
            assert_eq!(ids(&store, &paged).await, rest, "{owners:?} after the first");
        }
    }
}

/// A replacement moves an entity to the lists of its new owners.
pub async fn a_replacement_moves_between_lists(store: Arc<dyn Store>) {
    let client = samples::client();
    insert_all(&store, vec![entity(client.clone())]).await;
    let mut moved = client.clone();
    moved.organization = Some(samples::id());
    let write = Write::Replace { entity: entity(moved.clone()), expected: store::Version(1) };
    store.commit(crate::batch([write])).await.unwrap();
    for (owner, expected) in [(client.organization, 0), (moved.organization, 1)] {
        let owners = Owners { organization: bits(owner), ..Owners::default() };
        let found = ids(&store, &ListQuery { owners, ..query(Kind::Client, 9) }).await;
        assert_eq!(found.len(), expected);
    }
}

fn bits<T>(id: Option<base::Id<T>>) -> Option<u128> {
    id.map(base::Id::as_u128)
}
