//! Tests of [`Hot`] against a store that can be stopped in the middle of a read or a write.

pub(super) mod fake;
mod flood;
mod model;
mod nodes;
mod races;
mod removals;

use std::sync::Arc;

use base::Timestamp;
use domain::{BudgetLimits, BudgetSubject, Kind};

use super::{Figures, Hot};
use crate::{Batch, CommitError, HotOptions, Key, Store, StoreReader as _, Write};
use fake::{Fake, hot, id_of, insert, name_of, rename, renamed, user};

/// The figures of a memory that has done nothing.
pub(super) fn figures() -> Figures {
    Hot::new(Arc::new(Fake::default()), HotOptions::default()).figures()
}

#[tokio::test]
async fn a_second_fetch_by_any_key_is_answered_from_memory() {
    let (hot, fake) = hot();
    insert(&*hot, user(1, "ada", "ada@example.org")).await;
    for key in [id_of(1), name_of("ada"), fake::handle_of("ada@example.org")] {
        assert_eq!(hot.fetch(&key).await.unwrap().unwrap().entity.id(), 1);
        let reads = fake.reads();
        assert_eq!(hot.fetch(&key).await.unwrap().unwrap().entity.id(), 1);
        assert_eq!(fake.reads(), reads, "{key:?} was read again");
    }
}

#[tokio::test]
async fn a_miss_is_remembered_until_the_name_is_taken() {
    let (hot, fake) = hot();
    assert!(hot.fetch(&name_of("ada")).await.unwrap().is_none());
    assert!(hot.fetch(&name_of("ada")).await.unwrap().is_none());
    assert_eq!(fake.reads(), 1);
    insert(&*hot, user(1, "ada", "ada@example.org")).await;
    assert_eq!(hot.fetch(&name_of("ada")).await.unwrap().unwrap().entity.id(), 1);
}

#[tokio::test]
async fn an_old_name_finds_nothing_and_a_reused_name_finds_its_new_entity() {
    let (hot, fake) = hot();
    insert(&*hot, user(1, "ada", "ada@example.org")).await;
    assert!(hot.fetch(&name_of("ada")).await.unwrap().is_some());
    rename(&hot, 1, "countess").await.unwrap();
    assert!(hot.fetch(&name_of("ada")).await.unwrap().is_none());
    assert_eq!(hot.fetch(&name_of("countess")).await.unwrap().unwrap().version.0, 2);
    insert(&*hot, user(2, "ada", "other@example.org")).await;
    assert_eq!(hot.fetch(&name_of("ada")).await.unwrap().unwrap().entity.id(), 2);
    rename(&hot, 2, "third").await.unwrap();
    rename(&hot, 1, "ada").await.unwrap();
    assert_eq!(hot.fetch(&name_of("ada")).await.unwrap().unwrap().entity.id(), 1);
    assert_eq!(fake.rows(), 2);
}

#[tokio::test]
async fn a_commit_of_unknown_outcome_makes_the_next_read_ask_the_store() {
    let (hot, fake) = hot();
    insert(&*hot, user(1, "ada", "ada@example.org")).await;
    assert!(hot.fetch(&id_of(1)).await.unwrap().is_some());
    assert!(!hot.token_revoked(7).await.unwrap());
    fake.lose_the_next_answer();
    let mut batch = Batch::new();
    batch.writes.push(renamed(&hot, 1, "countess").await);
    batch.writes.push(Write::RevokeToken { token: 7, until: None, now: Timestamp::EPOCH });
    assert!(matches!(hot.commit(batch).await, Err(CommitError::Store(_))));
    assert_eq!(hot.fetch(&id_of(1)).await.unwrap().unwrap().version.0, 2);
    assert!(hot.token_revoked(7).await.unwrap());
}

#[tokio::test]
async fn revoked_tokens_are_read_once_and_then_known() {
    let (hot, fake) = hot();
    let revoke = |token| Batch {
        writes: vec![Write::RevokeToken { token, until: None, now: Timestamp::EPOCH }],
        events: Vec::new(),
    };
    fake.commit(revoke(1)).await.unwrap();
    assert!(hot.token_revoked(1).await.unwrap() && !hot.token_revoked(2).await.unwrap());
    assert_eq!(fake.reads(), 1);
    hot.commit(revoke(2)).await.unwrap();
    assert!(hot.token_revoked(2).await.unwrap() && !hot.token_revoked(3).await.unwrap());
    assert_eq!(fake.reads(), 1);
}

#[tokio::test]
async fn a_store_that_lists_no_revoked_tokens_is_asked_for_each() {
    let (hot, fake) = hot();
    fake.list_no_revoked_tokens();
    for token in [1, 2, 1] {
        assert!(!hot.token_revoked(token).await.unwrap());
    }
    let now = Timestamp::EPOCH;
    let writes = vec![Write::RevokeToken { token: 1, until: None, now }];
    hot.commit(Batch { writes, events: Vec::new() }).await.unwrap();
    assert!(hot.token_revoked(1).await.unwrap());
}

#[tokio::test]
async fn spending_a_budget_keeps_the_memory() {
    let (hot, fake) = hot();
    insert(&*hot, user(1, "ada", "ada@example.org")).await;
    hot.fetch(&id_of(1)).await.unwrap();
    let reads = fake.reads();
    let subject = BudgetSubject::Client(base::Id::from_u128(9));
    let limits = BudgetLimits::default();
    let writes = vec![Write::SpendBudget { subject, limits, now: Timestamp::EPOCH }];
    hot.commit(Batch { writes, events: Vec::new() }).await.unwrap();
    hot.fetch(&id_of(1)).await.unwrap();
    assert_eq!(fake.reads(), reads);
}

#[tokio::test]
async fn memory_is_bounded_and_misses_push_out_no_entity() {
    let fake = Arc::new(Fake::default());
    let hot = Hot::new(
        Arc::clone(&fake) as Arc<dyn Store>,
        HotOptions { capacity: 256 << 10, ..Default::default() },
    );
    for id in 0..1_000 {
        insert(&hot, user(id, &format!("user-{id}"), &format!("{id}@example.org"))).await;
        hot.fetch(&id_of(id)).await.unwrap();
    }
    let (kept, weight) = hot.shared.packed.ready();
    assert!(weight <= 256 << 10 && kept > 100, "{kept} of 1000 ready in {weight} bytes");
    for made_up in 0..20_000 {
        let key = Key::Id(Kind::User, 1 << 64 | made_up);
        assert!(hot.fetch(&key).await.unwrap().is_none());
    }
    assert_eq!(hot.shared.packed.ready(), (kept, weight));
    assert!(hot.shared.lookup_state.missing_weight() <= 1 << 20);
    let reads = fake.reads();
    for id in 0..1_000 {
        assert!(hot.fetch(&id_of(id)).await.unwrap().is_some());
    }
    assert_eq!(fake.reads(), reads, "what is not ready is packed");
}
