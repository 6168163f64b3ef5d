//! Tests that need a small number of kept changes, as the store in memory has in tests.

use base::Timestamp;

use super::Memory;
use crate::{Batch, CHANGES_KEPT, Store as _, StoreReader as _, Write};

fn revoke(token: usize) -> Batch {
    let (token, now) = (token as u128, Timestamp::EPOCH);
    let writes = vec![Write::RevokeToken { token: token % 8, until: None, now }];
    Batch { writes, events: vec![] }
}

#[tokio::test]
async fn only_the_newest_changes_are_kept_and_older_ones_are_none() {
    let store = Memory::new();
    for token in 0..CHANGES_KEPT {
        store.commit(revoke(token)).await.unwrap();
    }
    assert_eq!(store.changes(0, 1).await.unwrap().unwrap()[0].sequence, 1);
    for token in 0..5 {
        store.commit(revoke(token)).await.unwrap();
    }
    for gone in 0..5 {
        assert_eq!(store.changes(gone, 1).await.unwrap(), None);
    }
    assert_eq!(store.changes(5, 1).await.unwrap().unwrap()[0].sequence, 6);
    let newest = CHANGES_KEPT as u64 + 5;
    assert_eq!(store.changes(newest - 1, 9).await.unwrap().unwrap().len(), 1);
    assert_eq!(store.changes(newest, 9).await.unwrap(), Some(vec![]));
}
