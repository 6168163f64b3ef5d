//! Entries that may be used once, such as an authorization code.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use store::{Batch, CommitError, Conflict, EventQuery, Store, StoreExt as _, Version, Write};
use tokio::task::JoinSet;

use crate::batch;
use crate::samples::{self, NOON, entity, event, id, insert};

fn minutes(count: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(60 * count))
}

/// Uses at noon an entry that expires a minute later.
pub(crate) fn spend(id: u128) -> Write {
    Write::SpendOnce { id, until: minutes(1), now: NOON }
}

/// Whether it was the first use.
pub(crate) async fn is_first(store: &Arc<dyn Store>, write: Write) -> bool {
    match store.commit(batch([write])).await {
        Ok(committed) => {
            assert_eq!(committed, store::Committed::default());
            true
        }
        Err(CommitError::Conflict(Conflict::Spent)) => false,
        Err(other) => panic!("{other}"),
    }
}

/// An entry is used from the commit on, and only that one. The store can say whether it was used.
pub async fn an_entry_is_used_from_the_commit_on(store: Arc<dyn Store>) {
    let (code, other) = (id::<()>().as_u128(), id::<()>().as_u128());
    assert!(!store.spent(code).await.unwrap());
    assert!(is_first(&store, spend(code)).await);
    assert!(store.spent(code).await.unwrap());
    assert!(!store.spent(other).await.unwrap());
    assert!(!is_first(&store, spend(code)).await);
    assert!(is_first(&store, spend(u128::MAX)).await);
    assert!(store.spent(u128::MAX).await.unwrap(), "every bit counts");
    assert!(!store.token_revoked(code).await.unwrap(), "that is something else");
}

/// A second use writes nothing of its batch: neither the writes before and after it, nor its event.
/// A use in a batch that fails for another reason does not count.
pub async fn a_second_use_writes_nothing_of_its_batch(store: Arc<dyn Store>) {
    let (code, credential) = (id::<()>().as_u128(), samples::credential());
    store.commit(batch([spend(code), insert(credential.clone())])).await.unwrap();

    let (before, after) = (samples::credential(), samples::grant());
    let (token, unused) = (id::<()>().as_u128(), id::<()>().as_u128());
    let mut changed = credential.clone();
    changed.label = "changed".into();
    let writes = vec![
        insert(before.clone()),
        spend(unused),
        Write::Replace { entity: entity(changed), expected: Version(1) },
        spend(code),
        Write::RevokeToken { token, until: None, now: NOON },
        insert(after.clone()),
    ];
    let events = vec![event(&entity(credential.clone()))];
    match store.commit(Batch { writes, events }).await {
        Err(CommitError::Conflict(Conflict::Spent)) => {}
        other => panic!("{other:?}"),
    }
    assert!(store.by_id(before.id).await.unwrap().is_none());
    assert!(store.by_id(after.id).await.unwrap().is_none());
    assert_eq!(store.by_id(credential.id).await.unwrap().unwrap().version, Version(1));
    assert!(!store.token_revoked(token).await.unwrap());
    assert!(!store.spent(unused).await.unwrap(), "not used after all");
    let all = EventQuery { limit: 9, ..EventQuery::default() };
    assert!(store.events(&all).await.unwrap().is_empty());
    assert!(is_first(&store, spend(unused)).await);
}

/// Using an entry twice in one batch is a conflict, and the entry stays unused.
pub async fn twice_in_one_batch_is_a_second_use(store: Arc<dyn Store>) {
    let code = id::<()>().as_u128();
    match store.commit(batch([spend(code), spend(code)])).await {
        Err(CommitError::Conflict(Conflict::Spent)) => {}
        other => panic!("{other:?}"),
    }
    assert!(!store.spent(code).await.unwrap());
}

/// Later uses delete expired entries. Other entries stay used.
pub async fn later_uses_delete_expired_entries(store: Arc<dyn Store>) {
    let [brief, long]: [Vec<u128>; 2] =
        std::array::from_fn(|_| (0..20).map(|_| id::<()>().as_u128()).collect());
    for index in 0..20 {
        let lasting = Write::SpendOnce { id: long[index], until: minutes(600), now: NOON };
        store.commit(batch([spend(brief[index]), lasting])).await.unwrap();
    }
    for _ in 0..20 {
        let (id, until) = (id::<()>().as_u128(), minutes(600));
        let write = Write::SpendOnce { id, until, now: minutes(2) };
        assert!(is_first(&store, write).await);
    }
    for index in 0..20 {
        assert!(!store.spent(brief[index]).await.unwrap(), "{index} was swept");
        let again = Write::SpendOnce { id: long[index], until: minutes(600), now: minutes(2) };
        assert!(!is_first(&store, again).await, "{index} stays used");
    }
}

/// An entry stays used until it expires, and is free from then on, whether it was deleted or not.
pub async fn an_entry_stays_used_until_it_expires(store: Arc<dyn Store>) {
    let code = id::<()>().as_u128();
    assert!(is_first(&store, spend(code)).await);
    let end = minutes(1).millis();
    for (millis, first) in [(end - 1, false), (end, true), (end, false)] {
        let now = Timestamp::from_millis(millis);
        let write = Write::SpendOnce { id: code, until: minutes(2), now };
        assert_eq!(is_first(&store, write).await, first, "{millis}");
    }
}

/// When a hundred workers use one code, each for its own credential, one succeeds.
pub async fn of_many_concurrent_uses_one_succeeds(store: Arc<dyn Store>) {
    for _ in 0..3 {
        let code = id::<()>().as_u128();
        let mut workers = JoinSet::new();
        for _ in 0..100 {
            let (store, credential) = (Arc::clone(&store), samples::credential());
            workers.spawn(async move {
                let writes = [insert(credential.clone()), spend(code)];
                let first = match store.commit(batch(writes)).await {
                    Ok(_) => true,
                    Err(CommitError::Conflict(Conflict::Spent)) => false,
                    Err(other) => panic!("{other}"),
                };
                assert!(store.spent(code).await.unwrap(), "it was used");
                let written = store.by_id(credential.id).await.unwrap().is_some();
                assert_eq!(written, first);
                usize::from(first)
            });
        }
        assert_eq!(workers.join_all().await.into_iter().sum::<usize>(), 1);
    }
}
