//! Uses of credentials: merged, with the latest time.

use std::sync::Arc;
use std::time::Duration;

use base::Id;
use domain::{Credential, Use};
use store::Store;

use crate::batch;
use crate::samples::{NOON, credential, id, insert};

fn used(credential: Id<Credential>, second: u64, count: u64) -> Use {
    let last_at = NOON.plus(Duration::from_secs(second));
    Use { credential, last_at, address: Some(format!("192.0.2.{second}")), count }
}

/// As many credentials.
async fn credentials(store: &Arc<dyn Store>, count: usize) -> Vec<Id<Credential>> {
    let credentials: Vec<Credential> = (0..count).map(|_| credential()).collect();
    store.commit(batch(credentials.iter().cloned().map(insert))).await.unwrap();
    credentials.iter().map(|it| it.id).collect()
}

async fn uses(store: &Arc<dyn Store>, credentials: &[Id<Credential>]) -> Vec<Use> {
    let mut uses = store.uses(credentials).await.unwrap();
    uses.sort_by_key(|it| it.credential);
    uses
}

/// The latest time with its address, and the sum of the counts, in any order.
pub async fn uses_are_coalesced(store: Arc<dyn Store>) {
    let made = credentials(&store, 2).await;
    let (one, two) = (made[0], made[1]);
    assert!(uses(&store, &[one, two]).await.is_empty());
    store.record_uses(vec![used(one, 5, 2), used(two, 1, 1), used(one, 9, 1)]).await.unwrap();
    store.record_uses(vec![used(one, 7, 10)]).await.unwrap();
    store.record_uses(vec![]).await.unwrap();
    assert_eq!(uses(&store, &[one, two, id()]).await, [used(one, 9, 13), used(two, 1, 1)]);
    assert_eq!(uses(&store, &[two]).await, [used(two, 1, 1)]);
    assert!(uses(&store, &[]).await.is_empty());
    let nowhere = Use { address: None, ..used(two, 30, 1) };
    store.record_uses(vec![nowhere.clone()]).await.unwrap();
    assert_eq!(uses(&store, &[two]).await, [Use { count: 2, ..nowhere }]);
    let unknown = id();
    store.record_uses(vec![used(unknown, 1, 1), used(two, 31, 1)]).await.unwrap();
    assert!(uses(&store, &[unknown]).await.is_empty(), "no such credential");
    assert_eq!(uses(&store, &[two]).await, [used(two, 31, 3)]);
}

/// Concurrent records lose no count.
pub async fn parallel_uses_lose_no_count(store: Arc<dyn Store>) {
    let credentials = credentials(&store, 10).await;
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..40u64 {
        let (store, mut credentials) = (Arc::clone(&store), credentials.clone());
        if worker % 2 == 0 {
            credentials.reverse();
        }
        tasks.spawn(async move {
            let noted = credentials.into_iter().map(|it| used(it, worker, 3)).collect();
            store.record_uses(noted).await.unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    for it in uses(&store, &credentials).await {
        assert_eq!(it, used(it.credential, 39, 120));
    }
}

/// A query about many credentials is answered completely.
pub async fn uses_of_many_credentials_are_found(store: Arc<dyn Store>) {
    let credentials = credentials(&store, 500).await;
    let noted = credentials.iter().map(|it| used(*it, 1, 1)).collect();
    store.record_uses(noted).await.unwrap();
    assert_eq!(uses(&store, &credentials).await.len(), 500);
}
