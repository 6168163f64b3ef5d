//! Entities: inserted, found, replaced, and their names kept unique.

use std::sync::Arc;

use domain::{Entity, EntityRecord, Kind};
use store::{Batch, CommitError, Conflict, Key, Store, StoreExt as _, Stored, Version, Write};

use crate::batch;
use crate::samples::{self, entity, insert, one_of_each, other_realm, realm};

/// Checks for the same kind and the same JSON.
fn assert_same(left: &Entity, right: &Entity) {
    assert_eq!(left.kind(), right.kind());
    let json = |entity: &Entity| -> serde_json::Value {
        serde_json::from_str(&entity.to_json().unwrap()).unwrap()
    };
    assert_eq!(json(left), json(right));
}

fn keys(entity: &Entity) -> Vec<Key> {
    let (kind, realm) = (entity.kind(), entity.realm());
    let mut keys = vec![Key::Id(kind, entity.id())];
    keys.extend(entity.public_id().map(|id| Key::PublicId(kind, realm.clone(), id.into())));
    keys.extend(entity.handle().map(|it| Key::Handle(kind, realm.clone(), it.into())));
    keys
}

async fn fetch(store: &Arc<dyn Store>, key: &Key) -> Option<Stored> {
    store.fetch(key).await.unwrap()
}

/// An entity of each kind is found unchanged, by each of its keys, at version 1.
pub async fn every_kind_is_found_by_each_of_its_keys(store: Arc<dyn Store>) {
    let entities = one_of_each();
    let kinds: Vec<Kind> = entities.iter().map(Entity::kind).collect();
    assert_eq!(kinds, Kind::ALL, "a sample of every kind");
    for entity in &entities {
        for key in keys(entity) {
            assert!(fetch(&store, &key).await.is_none(), "{key:?} before");
        }
    }
    let writes = entities.iter().cloned().map(Write::Insert).collect();
    store.commit(Batch { writes, events: vec![] }).await.unwrap();
    for entity in &entities {
        for key in keys(entity) {
            let found = fetch(&store, &key).await.unwrap_or_else(|| panic!("{key:?}"));
            assert_same(&found.entity, entity);
            assert_eq!(found.version, Version(1));
        }
    }
}

/// A key finds entities of its own kind and realm only.
pub async fn a_key_finds_nothing_of_another_kind_or_realm(store: Arc<dyn Store>) {
    let client = samples::client();
    let (id, name) = (client.id, client.public_id.clone());
    store.commit(batch([insert(client)])).await.unwrap();
    let keys = [
        Key::Id(Kind::Grant, id.as_u128()),
        Key::PublicId(Kind::Client, other_realm(), name.as_str().into()),
        Key::PublicId(Kind::Credential, realm(), name.as_str().into()),
        Key::Handle(Kind::Client, realm(), name.as_str().into()),
        Key::PublicId(Kind::Client, realm(), name.as_str().to_uppercase().into()),
    ];
    for key in keys {
        assert!(fetch(&store, &key).await.is_none(), "{key:?}");
    }
}

/// Each replacement raises the version by one and is what is read afterwards.
pub async fn versions_rise_with_each_replacement(store: Arc<dyn Store>) {
    let organization = samples::organization();
    let id = organization.id;
    store.commit(batch([insert(organization)])).await.unwrap();
    for round in 1..=5u64 {
        let loaded = store.by_id(id).await.unwrap().unwrap();
        assert_eq!(loaded.version, Version(round));
        let mut changed = (*loaded.record).clone();
        changed.name = format!("round {round}");
        store.commit(batch([loaded.replace_with(changed)])).await.unwrap();
        let loaded = store.by_id(id).await.unwrap().unwrap();
        assert_eq!(
            (loaded.version, loaded.name.as_str()),
            (Version(round + 1), &*format!("round {round}"))
        );
    }
}

/// A batch sees its own earlier writes.
pub async fn a_batch_can_replace_what_it_inserted(store: Arc<dyn Store>) {
    let before = samples::organization();
    let mut after = before.clone();
    after.name = "after".into();
    let replace = Write::Replace { entity: entity(after), expected: Version(1) };
    store.commit(batch([insert(before.clone()), replace])).await.unwrap();
    let loaded = store.by_id(before.id).await.unwrap().unwrap();
    assert_eq!((loaded.version, loaded.name.as_str()), (Version(2), "after"));
}

/// A replacement with another expected version, or of an absent entity, is [`Conflict::Changed`].
pub async fn a_stale_replacement_conflicts(store: Arc<dyn Store>) {
    let organization = samples::organization();
    store.commit(batch([insert(organization.clone())])).await.unwrap();
    for expected in [Version(0), Version(2), Version(u64::from(u32::MAX))] {
        let write = Write::Replace { entity: entity(organization.clone()), expected };
        assert_conflict(&store, write, Conflict::Changed(Kind::Organization)).await;
    }
    let absent = Write::Replace { entity: entity(samples::grant()), expected: Version(1) };
    assert_conflict(&store, absent, Conflict::Changed(Kind::Grant)).await;
    assert_eq!(store.by_id(organization.id).await.unwrap().unwrap().version, Version(1));
}

/// Identifier, public id and handle are each unique within a kind.
pub async fn names_are_unique_among_a_kind_in_a_realm(store: Arc<dyn Store>) {
    let (first, exists) = (samples::user(), Conflict::Exists(Kind::User));
    store.commit(batch([insert(first.clone())])).await.unwrap();

    let mut same_id = samples::user();
    same_id.id = first.id;
    assert_conflict(&store, insert(same_id), exists.clone()).await;

    let mut same_public_id = samples::user();
    same_public_id.public_id = first.public_id.clone();
    assert_conflict(&store, insert(same_public_id), exists.clone()).await;

    let mut same_handle = samples::user();
    same_handle.email = first.email.clone();
    assert_conflict(&store, insert(same_handle), exists).await;
}

/// The same names are free in another realm and for another kind, and absent names never conflict.
pub async fn names_are_free_in_another_realm_and_kind(store: Arc<dyn Store>) {
    let first = samples::user();
    let mut abroad = samples::user();
    abroad.realm = other_realm();
    (abroad.public_id, abroad.email) = (first.public_id.clone(), first.email.clone());
    let mut other_kind = samples::client();
    other_kind.public_id = first.public_id.clone();
    let mut nameless = [samples::grant(), samples::grant()];
    nameless.iter_mut().for_each(|grant| grant.handle = None);
    let [one, two] = nameless;
    let writes = [
        insert(first.clone()),
        insert(abroad.clone()),
        insert(other_kind),
        insert(one),
        insert(two),
    ];
    store.commit(batch(writes)).await.unwrap();
    let here = store.by_handle::<domain::User>(&realm(), &first.email).await.unwrap().unwrap();
    let there =
        store.by_handle::<domain::User>(&other_realm(), &first.email).await.unwrap().unwrap();
    assert_eq!((here.id, there.id), (first.id, abroad.id));
}

/// A replacement may take a free name and frees its old one. A taken name conflicts.
pub async fn a_replacement_may_change_to_free_names_only(store: Arc<dyn Store>) {
    let (first, second) = (samples::user(), samples::user());
    store.commit(batch([insert(first.clone()), insert(second.clone())])).await.unwrap();

    let mut thief = second.clone();
    thief.email = first.email.clone();
    let write = Write::Replace { entity: entity(thief), expected: Version(1) };
    assert_conflict(&store, write, Conflict::Exists(Kind::User)).await;

    let mut moved = first.clone();
    moved.email = "moved@example.org".into();
    let mut heir = second.clone();
    heir.email = first.email.clone();
    let writes = [
        Write::Replace { entity: entity(moved), expected: Version(1) },
        Write::Replace { entity: entity(heir), expected: Version(1) },
    ];
    store.commit(batch(writes)).await.unwrap();
    let found = store.by_handle::<domain::User>(&realm(), &first.email).await.unwrap().unwrap();
    assert_eq!(found.id, second.id);
    let found = store.by_handle::<domain::User>(&realm(), "moved@example.org").await.unwrap();
    assert_eq!(found.unwrap().id, first.id);
}

/// Typed reads return the record of that kind.
pub async fn typed_reads_find_what_was_written(store: Arc<dyn Store>) {
    let server = samples::resource_server();
    store.commit(batch([insert(server.clone())])).await.unwrap();
    let by_name = store
        .by_public_id::<domain::ResourceServer>(&realm(), server.public_id.as_str())
        .await
        .unwrap()
        .unwrap();
    let by_handle =
        store.by_handle::<domain::ResourceServer>(&realm(), &server.identifier).await.unwrap();
    assert_same(&by_name.record.into_entity(), &entity(server.clone()));
    assert_same(&by_handle.unwrap().record.into_entity(), &entity(server));
}

async fn assert_conflict(store: &Arc<dyn Store>, write: Write, expected: Conflict) {
    match store.commit(batch([write])).await {
        Err(CommitError::Conflict(conflict)) => assert_eq!(conflict, expected),
        other => panic!("expected {expected:?}, got {other:?}"),
    }
}
