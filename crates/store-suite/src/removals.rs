//! Removals: rows that are gone, with everything that names them.

use std::sync::Arc;

use domain::{Credential, CredentialDetail, Entity, Kind, Owners, Removed, Use};
use store::{
    Batch, Change, CommitError, Conflict, Effect, Key, ListQuery, MAX_SCAN, Store, StoreExt as _,
    Version, Write,
};

use crate::batch;
use crate::samples::{self, NOON, entity, insert, one_of_each, realm};

fn remove(entity: Entity, expected: u64) -> Write {
    Write::Remove { entity, expected: Version(expected) }
}

fn keys(entity: &Entity) -> Vec<Key> {
    let (kind, realm) = (entity.kind(), entity.realm());
    let mut keys = vec![Key::Id(kind, entity.id())];
    keys.extend(entity.public_id().map(|id| Key::PublicId(kind, realm.clone(), id.into())));
    keys.extend(entity.handle().map(|it| Key::Handle(kind, realm.clone(), it.into())));
    keys
}

/// It has no key, is in no list and no scan, its names are free, and its uses are gone.
pub async fn a_removed_entity_is_gone_with_its_keys_and_uses(store: Arc<dyn Store>) {
    for it in one_of_each() {
        let kind = it.kind();
        store.commit(batch([Write::Insert(it.clone())])).await.unwrap();
        let used = Use {
            credential: base::Id::from_u128(it.id()),
            last_at: NOON,
            address: None,
            count: 3,
        };
        store.record_uses(vec![used.clone()]).await.unwrap();
        let noted = store.uses(&[used.credential]).await.unwrap();
        assert_eq!(noted.len(), usize::from(kind == Kind::Credential));
        store.commit(batch([remove(it.clone(), 1)])).await.unwrap();
        for key in keys(&it) {
            assert!(store.fetch(&key).await.unwrap().is_none(), "{key:?}");
        }
        assert!(store.fetch_many(&[(kind, it.id())]).await.unwrap().is_empty());
        assert!(store.scan(kind, None, MAX_SCAN).await.unwrap().is_empty());
        let all =
            ListQuery { kind, realm: realm(), owners: Owners::default(), after: None, limit: 9 };
        assert!(store.list(&all).await.unwrap().is_empty());
        assert!(store.uses(&[used.credential]).await.unwrap().is_empty());
        store.record_uses(vec![used.clone()]).await.unwrap();
        assert!(store.uses(&[used.credential]).await.unwrap().is_empty(), "a late use");
    }
    let mut heir = samples::credential();
    let first = samples::credential();
    heir.public_id = first.public_id.clone();
    store.commit(batch([insert(first.clone())])).await.unwrap();
    store.commit(batch([remove(entity(first), 1), insert(heir.clone())])).await.unwrap();
    let found = store.by_public_id::<Credential>(&realm(), heir.public_id.as_str()).await.unwrap();
    assert_eq!(found.unwrap().id, heir.id);
}

/// Another expected version, or an absent entity, is [`Conflict::Changed`].
pub async fn a_stale_removal_conflicts(store: Arc<dyn Store>) {
    let there = samples::grant();
    store.commit(batch([insert(there.clone())])).await.unwrap();
    let absent = samples::grant();
    for write in [
        remove(entity(there.clone()), 0),
        remove(entity(there.clone()), 2),
        remove(entity(absent), 1),
    ] {
        match store.commit(batch([write])).await {
            Err(CommitError::Conflict(Conflict::Changed(Kind::Grant))) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(store.by_id(there.id).await.unwrap().unwrap().version, Version(1));
    store.commit(batch([remove(entity(there.clone()), 1)])).await.unwrap();
    store.commit(batch([remove(entity(there), 1)])).await.unwrap_err();
}

/// After a conflict, the entity and its uses are as they were.
pub async fn a_conflict_undoes_a_removal(store: Arc<dyn Store>) {
    let it = samples::credential();
    store.commit(batch([insert(it.clone())])).await.unwrap();
    let used = Use { credential: it.id, last_at: NOON, address: None, count: 3 };
    store.record_uses(vec![used.clone()]).await.unwrap();
    let writes =
        [remove(entity(it.clone()), 1), insert(samples::user()), remove(entity(it.clone()), 1)];
    store.commit(batch(writes)).await.unwrap_err();
    assert_eq!(store.by_id(it.id).await.unwrap().unwrap().version, Version(1));
    assert_eq!(store.uses(&[it.id]).await.unwrap(), [used]);
    assert!(store.scan(Kind::User, None, 9).await.unwrap().is_empty());
}

/// Other nodes hear of each removal, and of what is left of a removed credential.
pub async fn a_removal_is_published_without_an_event(store: Arc<dyn Store>) {
    let it = samples::credential();
    store.commit(batch([insert(it.clone())])).await.unwrap();
    assert_eq!(store.sequence().await.unwrap(), 0, "an insert without an event is not told");
    let removed = Removed { kind: it.kind(), status_index: it.status_index(), until: Some(NOON) };
    let left = Credential { detail: CredentialDetail::Removed(removed), ..it.clone() };
    let replace = Write::Replace { entity: entity(left.clone()), expected: Version(1) };
    store.commit(batch([replace])).await.unwrap();
    let found = store.by_id(it.id).await.unwrap().unwrap();
    assert_eq!(found.detail, left.detail);
    store.commit(Batch { writes: vec![found.remove()], events: vec![] }).await.unwrap();
    let effects = vec![Effect::Entity { kind: Kind::Credential, id: it.id.as_u128() }];
    let told = [1, 2].map(|sequence| Change { sequence, effects: effects.clone() });
    assert_eq!(store.changes(0, 9).await.unwrap().unwrap(), told);
}

/// Of concurrent removals and replacements of one version, exactly one is written.
pub async fn of_a_removal_and_a_change_one_succeeds(store: Arc<dyn Store>) {
    for _ in 0..10 {
        let it = samples::credential();
        store.commit(batch([insert(it.clone())])).await.unwrap();
        let mut racing = tokio::task::JoinSet::new();
        for racer in 0..8 {
            let (store, it) = (Arc::clone(&store), entity(it.clone()));
            let write = match racer % 2 {
                0 => remove(it, 1),
                _ => Write::Replace { entity: it, expected: Version(1) },
            };
            racing.spawn(async move { (racer % 2 == 0, store.commit(batch([write])).await) });
        }
        let mut won = Vec::new();
        for (removed, result) in racing.join_all().await {
            match result {
                Ok(_) => won.push(removed),
                Err(CommitError::Conflict(Conflict::Changed(Kind::Credential))) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(won.len(), 1, "{won:?}");
        let there = store.by_id(it.id).await.unwrap().is_some();
        assert_eq!(there, !won[0]);
    }
}
