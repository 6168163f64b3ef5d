//! Concurrent reads and writes: first with every step controlled, then thousands at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use base::Timestamp;
use domain::EntityRecord as _;

use super::fake::{handle_of, hot, id_of, insert, name_of, rename, renamed, user};
use crate::{Batch, Store, StoreReader as _, Version, Write};

#[tokio::test]
async fn a_row_read_before_a_commit_is_not_remembered_after_it() {
    let (hot, fake) = hot();
    insert(&*fake, user(1, "ada", "ada@example.org")).await;
    let entity = Arc::new(user(1, "ada", "ada@example.org")).into_entity();
    let write = Write::Replace { entity, expected: Version(1) };
    let mut stopped = fake.stop_after_next_read();
    let reader = tokio::spawn({
        let hot = Arc::clone(&hot);
        async move { hot.fetch(&name_of("ada")).await.unwrap().unwrap().version.0 }
    });
    stopped.reached().await;
    hot.commit(Batch { writes: vec![write], events: Vec::new() }).await.unwrap();
    stopped.go_on();
    assert!([1, 2].contains(&reader.await.unwrap()), "it began before the commit and may say so");
    assert_eq!(hot.fetch(&name_of("ada")).await.unwrap().unwrap().version.0, 2);
    assert_eq!(hot.fetch(&id_of(1)).await.unwrap().unwrap().version.0, 2);
}

#[tokio::test]
async fn a_row_read_during_its_commit_is_not_remembered() {
    let (hot, fake) = hot();
    insert(&*hot, user(1, "ada", "ada@example.org")).await;
    let write = renamed(&hot, 1, "ada").await;
    let mut stopped = fake.stop_before_next_write();
    let writer = tokio::spawn({
        let hot = Arc::clone(&hot);
        async move { hot.commit(Batch { writes: vec![write], events: Vec::new() }).await.unwrap() }
    });
    stopped.reached().await;
    assert_eq!(hot.fetch(&id_of(1)).await.unwrap().unwrap().version.0, 1);
    stopped.go_on();
    writer.await.unwrap();
    assert_eq!(hot.fetch(&id_of(1)).await.unwrap().unwrap().version.0, 2);
}

#[tokio::test]
async fn a_miss_seen_while_the_name_is_being_taken_is_not_remembered() {
    let (hot, fake) = hot();
    let mut stopped = fake.stop_before_next_write();
    let writer = tokio::spawn({
        let hot = Arc::clone(&hot);
        async move { insert(&*hot, user(1, "ada", "ada@example.org")).await }
    });
    stopped.reached().await;
    for key in [id_of(1), name_of("ada"), handle_of("ada@example.org")] {
        assert!(hot.fetch(&key).await.unwrap().is_none());
    }
    stopped.go_on();
    writer.await.unwrap();
    for key in [id_of(1), name_of("ada"), handle_of("ada@example.org")] {
        assert!(hot.fetch(&key).await.unwrap().is_some(), "{key:?}");
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_no_stale_row() {
    let (hot, fake) = hot();
    insert(&*hot, user(1, "ada", "ada@example.org")).await;
    let mut stopped = fake.stop_before_next_write();
    let write = renamed(&hot, 1, "countess").await;
    let caller = tokio::spawn({
        let hot = Arc::clone(&hot);
        async move { hot.commit(Batch { writes: vec![write], events: Vec::new() }).await }
    });
    stopped.reached().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    assert_eq!(hot.fetch(&id_of(1)).await.unwrap().unwrap().version.0, 1);
    stopped.go_on();
    let written = async {
        while hot.fetch(&id_of(1)).await.unwrap().unwrap().version.0 < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), written).await.unwrap();
}

#[tokio::test]
async fn a_list_of_revoked_tokens_read_before_a_revocation_is_not_kept() {
    let (hot, fake) = hot();
    let mut stopped = fake.stop_after_next_read();
    let reader = tokio::spawn({
        let hot = Arc::clone(&hot);
        async move { hot.token_revoked(1).await.unwrap() }
    });
    stopped.reached().await;
    let now = Timestamp::EPOCH;
    let writes = vec![Write::RevokeToken { token: 1, until: None, now }];
    hot.commit(Batch { writes, events: Vec::new() }).await.unwrap();
    stopped.go_on();
    // The read began before the revocation, so both answers are allowed.
    let _either = reader.await.unwrap();
    assert!(hot.token_revoked(1).await.unwrap());
}

/// Three entities, their writers and many readers: a fetch never returns a state before a commit
/// that was acknowledged before the fetch started.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_fetch_returns_a_state_before_an_acknowledged_commit() {
    const ENTITIES: u128 = 3;
    const COMMITS: u64 = 2_000;
    let (hot, fake) = hot();
    let acknowledged: Arc<Vec<AtomicU64>> =
        Arc::new((0..ENTITIES).map(|_| AtomicU64::new(1)).collect());
    for id in 0..ENTITIES {
        insert(&*hot, user(id, &format!("user-{id}"), &format!("{id}@example.org"))).await;
    }
    let readers: Vec<_> = (0..8)
        .map(|reader| {
            let (hot, acknowledged) = (Arc::clone(&hot), Arc::clone(&acknowledged));
            tokio::spawn(async move {
                let mut fetched = 0_u64;
                for round in reader.. {
                    let id = round % ENTITIES;
                    let at_least = acknowledged[id as usize].load(SeqCst);
                    let key = match round % 2 {
                        0 => id_of(id),
                        _ => handle_of(&format!("{id}@example.org")),
                    };
                    let version = hot.fetch(&key).await.unwrap().unwrap().version.0;
                    assert!(version >= at_least, "{key:?}: {version} after {at_least}");
                    fetched += 1;
                    tokio::task::yield_now().await;
                    if at_least > COMMITS {
                        break;
                    }
                }
                fetched
            })
        })
        .collect();
    let writers: Vec<_> = (0..ENTITIES)
        .map(|id| {
            let (hot, acknowledged) = (Arc::clone(&hot), Arc::clone(&acknowledged));
            tokio::spawn(async move {
                for version in 2..=COMMITS + 1 {
                    rename(&hot, id, &format!("user-{id}-{}", version % 2)).await.unwrap();
                    acknowledged[id as usize].store(version, SeqCst);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let mut fetched = 0;
    for reader in readers {
        fetched += reader.await.unwrap();
    }
    assert!(fetched > fake.reads() as u64 / 2, "memory answered, too");
}
