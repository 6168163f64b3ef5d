//! Idempotency records.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use store::{CommitError, Conflict, IdempotencyRecord, Store, Write};

use crate::batch;
use crate::samples::{NOON, insert, other_realm, realm};

const TIME_TO_LIVE: Duration = Duration::from_secs(24 * 3600);

/// An answer given at `at`, kept for a day.
pub(crate) fn answer(key: [u8; 32], at: Timestamp) -> IdempotencyRecord {
    IdempotencyRecord {
        realm: realm(),
        key,
        request: [1; 32],
        sealed: vec![0, 255, 39, 0, 7],
        at,
        until: at.plus(TIME_TO_LIVE),
    }
}

async fn conflicts(store: &Arc<dyn Store>, answer: IdempotencyRecord) -> bool {
    match store.commit(batch([Write::Remember(answer)])).await {
        Ok(_) => false,
        Err(CommitError::Conflict(Conflict::Answered)) => true,
        Err(other) => panic!("{other}"),
    }
}

/// A record is found unchanged, by its realm and key alone.
pub async fn an_idempotency_record_is_read_unchanged(store: Arc<dyn Store>) {
    let first = answer([2; 32], NOON);
    assert!(!conflicts(&store, first.clone()).await);
    assert_eq!(store.answer(&realm(), &[2; 32]).await.unwrap(), Some(first));
    assert_eq!(store.answer(&realm(), &[3; 32]).await.unwrap(), None);
    assert_eq!(store.answer(&other_realm(), &[2; 32]).await.unwrap(), None);
}

/// A second answer under the key conflicts, and its batch writes nothing.
pub async fn a_second_answer_conflicts_until_the_first_expires(store: Arc<dyn Store>) {
    let first = answer([2; 32], NOON);
    assert!(!conflicts(&store, first.clone()).await);
    let mut second = answer([2; 32], NOON.plus(TIME_TO_LIVE - Duration::from_millis(1)));
    second.sealed = vec![];
    assert!(conflicts(&store, second.clone()).await);
    assert_eq!(store.answer(&realm(), &[2; 32]).await.unwrap(), Some(first));
    second.realm = other_realm();
    assert!(!conflicts(&store, second).await, "another realm's key is another key");
    let client = crate::samples::client();
    let writes = [insert(client.clone()), Write::Remember(answer([2; 32], NOON))];
    store.commit(batch(writes)).await.unwrap_err();
    assert!(store::StoreExt::by_id(&*store, client.id).await.unwrap().is_none());
}

/// An expired record is replaced.
pub async fn an_expired_answer_is_replaced(store: Arc<dyn Store>) {
    assert!(!conflicts(&store, answer([2; 32], NOON)).await);
    let mut second = answer([2; 32], NOON.plus(TIME_TO_LIVE));
    second.request = [4; 32];
    assert!(!conflicts(&store, second.clone()).await);
    assert_eq!(store.answer(&realm(), &[2; 32]).await.unwrap(), Some(second));
}

/// Later records delete expired ones.
pub async fn later_answers_delete_expired_ones(store: Arc<dyn Store>) {
    for key in 0..20 {
        assert!(!conflicts(&store, answer([key; 32], NOON)).await);
    }
    for key in 100..120 {
        assert!(!conflicts(&store, answer([key; 32], NOON.plus(TIME_TO_LIVE))).await);
    }
    for key in 0..20 {
        assert_eq!(store.answer(&realm(), &[key; 32]).await.unwrap(), None);
        assert!(store.answer(&realm(), &[key + 100; 32]).await.unwrap().is_some());
    }
}
