//! Removals: no read brings back what was removed, on any node.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base::{FixedClock, Id, Rng as _, rng::SequenceRng};
use domain::{EntityRecord as _, Kind, User};

use super::fake::{Fake, handle_of, hot, id_of, insert, name_of, user};
use super::nodes::{Notes, changed, clock, gone, node};
use crate::{Batch, Hot, Memory, Store, StoreExt as _, StoreReader as _, Version, Write};

async fn remove(store: &dyn Store, id: u128) {
    let it = store.direct().by_id::<User>(Id::from_u128(id)).await.unwrap().unwrap();
    store.commit(Batch { writes: vec![it.remove()], events: Vec::new() }).await.unwrap();
}

async fn finds(hot: &Hot, id: u128) -> bool {
    hot.fetch(&id_of(id)).await.unwrap().is_some()
}

#[tokio::test]
async fn a_removed_entity_is_found_by_no_key() {
    for sole in [true, false] {
        let (memory, clock) = (Arc::new(Memory::new()), clock());
        let hot = node(&memory, &clock, sole);
        let notes = Arc::new(Notes::default());
        hot.watch(Arc::clone(&notes) as _);
        insert(&hot, user(1, "ada", "ada@example.org")).await;
        hot.advance().await.unwrap();
        let entities = hot.figures().entities;
        remove(&hot, 1).await;
        for key in [id_of(1), name_of("ada"), handle_of("ada@example.org")] {
            assert!(hot.fetch(&key).await.unwrap().is_none(), "{key:?}");
        }
        assert_eq!(notes.take().last(), Some(&gone(1)));
        assert_eq!(hot.figures().entities, entities - 1);
        let mut shown = 0;
        hot.each(Kind::User, &"test".parse().unwrap(), &mut |_| shown += 1);
        assert_eq!(shown, 0);
        insert(&hot, user(2, "ada", "ada@example.org")).await;
        assert_eq!(hot.fetch(&name_of("ada")).await.unwrap().unwrap().entity.id(), 2);
    }
}

#[tokio::test]
async fn a_row_read_before_its_removal_is_not_remembered_after_it() {
    for key in [id_of(1), name_of("ada")] {
        let (hot, fake) = hot();
        insert(&*fake, user(1, "ada", "ada@example.org")).await;
        let mut stopped = fake.stop_after_next_read();
        let reader = tokio::spawn({
            let (hot, key) = (Arc::clone(&hot), key.clone());
            async move { hot.fetch(&key).await.unwrap() }
        });
        stopped.reached().await;
        remove_at(&hot, 1).await;
        stopped.go_on();
        assert!(reader.await.unwrap().is_none());
        assert!(hot.fetch(&key).await.unwrap().is_none());
    }
}

/// Removes user 1 at this version, without a read.
async fn remove_at(hot: &Hot, version: u64) {
    let entity = Arc::new(user(1, "ada", "ada@example.org")).into_entity();
    let writes = vec![Write::Remove { entity, expected: Version(version) }];
    hot.commit(Batch { writes, events: Vec::new() }).await.unwrap();
}

#[tokio::test]
async fn a_removal_whose_end_is_unknown_is_read_again() {
    let (hot, fake) = hot();
    insert(&*hot, user(1, "ada", "ada@example.org")).await;
    fake.lose_the_next_answer();
    let entity = Arc::new(user(1, "ada", "ada@example.org")).into_entity();
    let writes = vec![Write::Remove { entity, expected: Version(1) }];
    assert!(hot.commit(Batch { writes, events: Vec::new() }).await.is_err());
    assert!(hot.fetch(&name_of("ada")).await.unwrap().is_none());
    assert!(!finds(&hot, 1).await);
    assert!(hot.fetch(&handle_of("ada@example.org")).await.unwrap().is_none());
}

#[tokio::test]
async fn another_node_hears_of_a_removal_and_notifies_its_watchers() {
    let (memory, clock) = (Arc::new(Memory::new()), clock());
    let (here, there) = (node(&memory, &clock, false), node(&memory, &clock, false));
    let notes = Arc::new(Notes::default());
    insert(&here, user(1, "ada", "ada@example.org")).await;
    there.watch(Arc::clone(&notes) as _);
    there.advance().await.unwrap();
    assert_eq!(notes.take(), [changed(1)]);
    remove(&here, 1).await;
    assert!(finds(&there, 1).await, "it has not heard of it");
    there.advance().await.unwrap();
    assert_eq!(notes.take(), [gone(1)]);
    assert!(!finds(&there, 1).await);
    there.advance().await.unwrap();
    assert_eq!(notes.take(), []);
}

#[tokio::test]
async fn a_node_that_lost_its_place_learns_what_was_removed_meanwhile() {
    let (fake, clock) = (Arc::new(Fake::default()), clock());
    for id in 1..=3 {
        insert(&*fake, user(id, &format!("n{id}"), &format!("{id}@example.org"))).await;
    }
    let hot = node(&fake, &clock, false);
    hot.advance().await.unwrap();
    remove(&*fake, 2).await;
    assert!(finds(&hot, 2).await);
    fake.forget_changes(true);
    fake.fail_scans(true);
    assert!(hot.advance().await.is_err());
    fake.fail_scans(false);
    hot.fill().await.unwrap();
    fake.forget_changes(false);
    hot.advance().await.unwrap();
    assert!(!finds(&hot, 2).await && finds(&hot, 1).await && finds(&hot, 3).await);
}

#[tokio::test]
async fn what_is_left_of_removals_in_memory_is_forgotten() {
    let (memory, clock) = (Arc::new(Memory::new()), clock());
    let hot = node(&memory, &clock, true);
    hot.fill().await.unwrap();
    let empty = hot.figures().bytes;
    let mut sizes = Vec::new();
    for round in 0..6 {
        for number in 0..1_000 {
            let id = round * 1_000 + number;
            insert(&hot, user(id, &format!("n{id}"), &format!("{id}@example.org"))).await;
            remove_user(&hot, id).await;
        }
        sizes.push(hot.figures().bytes - empty);
        clock.advance(Duration::from_secs(3_601));
    }
    assert_eq!(hot.figures().entities, 0);
    assert!(sizes[5] < 2 * sizes[0], "{sizes:?}");
}

async fn remove_user(hot: &Hot, id: u128) {
    let it = hot.by_id::<User>(Id::from_u128(id)).await.unwrap().unwrap();
    hot.commit(Batch { writes: vec![it.remove()], events: Vec::new() }).await.unwrap();
}

/// Two nodes insert, change, read and remove at random. A node that acknowledged or noticed a removal
/// never finds that user again; after both have followed the feed, both equal the store.
#[tokio::test]
async fn random_histories_with_removals() {
    for seed in 0..60 {
        let (memory, clock): (_, Arc<FixedClock>) = (Arc::new(Memory::new()), clock());
        let nodes = [node(&memory, &clock, false), node(&memory, &clock, false)];
        let rng = SequenceRng::new(seed);
        let dice = |below: u128| rng.u128() % below;
        let mut next = 0;
        // The newest version that each node returned; `u64::MAX` once it was gone.
        let mut seen: [HashMap<u128, u64>; 2] = Default::default();
        for step in 0..300 {
            let which = dice(2) as usize;
            let node = &nodes[which];
            let id = dice(next + 1);
            match dice(10) {
                0 => drop(node.advance().await.unwrap()),
                1 => {
                    let new = user(next, &format!("n{next}"), &format!("{next}@example.org"));
                    let writes = vec![Write::Insert(Arc::new(new).into_entity())];
                    let events = vec![super::nodes::event()];
                    node.commit(Batch { writes, events }).await.unwrap();
                    next += 1;
                }
                2 | 3 => {
                    let store = if dice(2) == 0 { node.direct() } else { node };
                    let Some(it) = store.by_id::<User>(Id::from_u128(id)).await.unwrap() else {
                        continue;
                    };
                    let removes = dice(3) == 0;
                    let write = match removes {
                        true => it.remove(),
                        false => it.replace_with(User::clone(&it)),
                    };
                    let events = vec![super::nodes::event()];
                    if node.commit(Batch { writes: vec![write], events }).await.is_ok() {
                        let version = if removes { u64::MAX } else { it.version.0 + 1 };
                        seen[which].insert(id, version);
                    }
                }
                _ => {
                    let found = node.fetch(&id_of(id)).await.unwrap().map(|it| it.version.0);
                    let before = seen[which].get(&id).copied();
                    let now = found.or(before.map(|_| u64::MAX));
                    assert!(now >= before, "{id}: {now:?} after {before:?}");
                    seen[which].extend(now.map(|now| (id, now)));
                }
            }
            if step % 100 == 99 {
                for node in &nodes {
                    node.advance().await.unwrap();
                    for id in 0..next {
                        let stored = memory.fetch(&id_of(id)).await.unwrap();
                        let held = node.fetch(&id_of(id)).await.unwrap();
                        assert_eq!(held.map(|it| it.version), stored.map(|it| it.version));
                    }
                }
            }
        }
    }
}
