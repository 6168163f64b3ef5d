//! Reads of many entities: those of a list of identifiers, and all of a kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Client, Credential, Entity, Kind};
use store::{MAX_SCAN, Store, Stored, Version, Write};

use crate::batch;
use crate::samples::{self, entity, insert, other_realm};

fn contents(stored: &[Stored]) -> BTreeMap<(Kind, u128), (Version, String)> {
    let contents = |it: &Stored| {
        let entity = &it.entity;
        ((entity.kind(), entity.id()), (it.version, entity.to_json().unwrap()))
    };
    stored.iter().map(contents).collect()
}

/// The existing entities are returned unchanged. Unknown identifiers, and those of another kind,
/// are skipped.
pub async fn many_are_fetched_and_unknown_ones_skipped(store: Arc<dyn Store>) {
    let mut entities = samples::one_of_each();
    entities.extend((0..300).map(|_| entity(samples::credential())));
    store.commit(batch(entities.iter().cloned().map(Write::Insert))).await.unwrap();
    let changed = entities.last().cloned().unwrap();
    let replace = Write::Replace { entity: changed.clone(), expected: Version(1) };
    store.commit(batch([replace])).await.unwrap();
    let mut keys: Vec<(Kind, u128)> = entities.iter().map(|it| (it.kind(), it.id())).collect();
    keys.push((Kind::Client, 1));
    keys.push((Kind::Client, changed.id()));
    keys.push((Kind::Account, u128::MAX));
    for few in [&[][..], &keys[..3], &keys] {
        let found = store.fetch_many(few).await.unwrap();
        let wanted = |entity: &&Entity| few.contains(&(entity.kind(), entity.id()));
        let version = |it: &Entity| Version(if it.id() == changed.id() { 2 } else { 1 });
        let expected: Vec<Stored> = entities
            .iter()
            .filter(wanted)
            .map(|it| Stored { version: version(it), entity: it.clone() })
            .collect();
        assert_eq!(found.len(), expected.len());
        assert_eq!(contents(&found), contents(&expected));
    }
}

/// A scan returns every entity of a kind once, of all realms, by rising identifier.
pub async fn a_scan_returns_everything_in_order(store: Arc<dyn Store>) {
    let mut entities = samples::one_of_each();
    entities.extend((0..40).map(|_| entity(samples::credential())));
    entities.extend((0..40).map(|_| {
        let client = Client { realm: other_realm(), ..samples::client() };
        entity(client)
    }));
    for (index, id) in [0, u128::MAX].into_iter().enumerate() {
        let name = format!("edge_{index}").parse().unwrap();
        let id = base::Id::from_u128(id);
        entities.push(entity(Credential { id, public_id: name, ..samples::credential() }));
    }
    store.commit(batch(entities.iter().rev().cloned().map(Write::Insert))).await.unwrap();
    for kind in Kind::ALL {
        let mut expected: Vec<u128> =
            entities.iter().filter(|it| it.kind() == kind).map(Entity::id).collect();
        expected.sort_unstable();
        for limit in [1, 7, MAX_SCAN, usize::MAX] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = store.scan(kind, after, limit).await.unwrap();
                assert!(page.len() <= limit);
                let Some(last) = page.last() else { break };
                after = Some(last.entity.id());
                assert!(page.iter().all(|it| it.entity.kind() == kind && it.version == Version(1)));
                seen.extend(page.iter().map(|it| it.entity.id()));
            }
            assert_eq!(seen, expected, "{} by {limit}", kind.as_str());
        }
        assert!(store.scan(kind, None, 0).await.unwrap().is_empty());
    }
}

/// A page of a scan is never longer than [`MAX_SCAN`].
pub async fn a_page_of_a_scan_has_a_limit(store: Arc<dyn Store>) {
    for _ in 0..3 {
        let credentials = (0..2_000).map(|_| insert(samples::credential()));
        store.commit(batch(credentials)).await.unwrap();
    }
    let page = store.scan(Kind::Credential, None, usize::MAX).await.unwrap();
    assert_eq!(page.len(), MAX_SCAN);
    let after = page.last().map(|it| it.entity.id());
    assert_eq!(store.scan(Kind::Credential, after, usize::MAX).await.unwrap().len(), 1_000);
}
