//! Status indexes: each is used once.

use std::sync::Arc;

use store::{Store, StoreError};

use crate::samples::{other_realm, realm};

/// Status indexes of a realm are consecutive.
pub async fn status_indexes_are_consecutive(store: Arc<dyn Store>) {
    for (count, first) in [(1, 0), (64, 1), (4_096, 65), (0, 4_161), (1, 4_161)] {
        assert_eq!(store.reserve_status_indexes(&realm(), count).await.unwrap(), first);
    }
    assert_eq!(store.reserve_status_indexes(&other_realm(), 2).await.unwrap(), 0);
    assert_eq!(store.reserve_status_indexes(&realm(), 1).await.unwrap(), 4_162);
}

/// However many ask at once, no index is used twice and none is skipped.
pub async fn no_status_index_is_used_twice(store: Arc<dyn Store>) {
    let mut asking = tokio::task::JoinSet::new();
    for worker in 0..50_u32 {
        let store = Arc::clone(&store);
        asking.spawn(async move {
            let count = 1 + worker % 7;
            let first = store.reserve_status_indexes(&realm(), count).await.unwrap();
            (first, count)
        });
    }
    let mut given = asking.join_all().await;
    given.sort_unstable();
    let mut next = 0;
    for (first, count) in given {
        assert_eq!(first, next);
        next += count;
    }
    assert_eq!(store.reserve_status_indexes(&realm(), 1).await.unwrap(), next);
}

/// The indexes of a realm are limited, and do not start again.
pub async fn status_indexes_are_limited(store: Arc<dyn Store>) {
    assert_eq!(store.reserve_status_indexes(&realm(), u32::MAX - 1).await.unwrap(), 0);
    let refused = store.reserve_status_indexes(&realm(), 2).await.unwrap_err();
    assert!(matches!(refused, StoreError::Failed(_)), "{refused}");
    assert_eq!(
        store.reserve_status_indexes(&realm(), 1).await.unwrap(),
        u32::MAX - 1,
        "there is one left"
    );
    for count in [1, u32::MAX] {
        store.reserve_status_indexes(&realm(), count).await.unwrap_err();
    }
    assert_eq!(store.reserve_status_indexes(&other_realm(), u32::MAX).await.unwrap(), 0);
}
