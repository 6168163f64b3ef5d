//! New grants and credentials get status indexes, as long as the store has any.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{Actor, RealmName};
use engine::admin::api_keys::{NewApiKey, create};
use engine::mint::ParentCredential;
use engine::{Chain, WriteContext, settle};
use status::Mark;
use store::{Memory, Store, StoreError, StoreExt as _, StoreReader};

use crate::flows::world::World;

#[tokio::test]
async fn new_records_get_a_status_index_that_their_tokens_name() {
    let world = World::new().await;
    let new =
        NewApiKey { label: "ci".into(), organization: "org_1".into(), ..NewApiKey::default() };
    let made = world
        .run(async |ctx| settle(ctx, async |ctx| create(&ctx, &Actor::System, &new).await).await);
    let issued = made.await.unwrap().0.credential;
    let grant = world.store.by_id(issued.grant().unwrap()).await.unwrap().unwrap();
    let (status_index, above) = (issued.status_index().unwrap(), grant.status_index.unwrap());
    assert_ne!(status_index, above);
    let status = engine::mint::status_of(
        &world.run(async |ctx| Chain::of(ctx, grant.id).await).await.unwrap(),
        &ParentCredential::of(&issued),
    );
    assert_eq!(status.status_index, Some(status_index));
    assert_eq!(status.marks[..2], [Mark::status_index(status_index), Mark::status_index(above)]);
}

/// A store that gives no status indexes at this moment.
#[derive(Debug)]
struct NoIndexes(Arc<Memory>);

impl NoIndexes {
    fn inner(&self) -> &dyn Store {
        &*self.0
    }
}

#[async_trait]
impl StoreReader for NoIndexes {
    store::forward!(fetch, fetch_many, scan, list, budget, token_revoked, revoked_tokens, spent);
    store::forward!(answer, events, sequence, changes, changed, uses, refusals, ping);

    fn direct(&self) -> &dyn StoreReader {
        self
    }
}

#[async_trait]
impl Store for NoIndexes {
    store::forward!(commit, record_uses, record_refusals);

    async fn reserve_status_indexes(&self, _: &RealmName, _: u32) -> Result<u32, StoreError> {
        Err(StoreError::Unavailable("away".to_owned()))
    }
}

#[tokio::test]
async fn without_a_status_index_a_record_is_marked_by_its_identifier() {
    let world = World::new().await;
    let store = NoIndexes(Arc::clone(&world.store));
    let new =
        NewApiKey { label: "ci".into(), organization: "org_1".into(), ..NewApiKey::default() };
    let made = world.run(async |ctx| {
        let ctx = WriteContext::new(**ctx, &store);
        settle(&ctx, async |ctx| create(&ctx, &Actor::System, &new).await).await
    });
    let id = made.await.unwrap().0.credential.id;
    let credential = world.store.by_id(id).await.unwrap().unwrap();
    let grant = world.store.by_id(credential.grant().unwrap()).await.unwrap().unwrap();
    assert_eq!((credential.status_index(), grant.status_index), (None, None));
}
