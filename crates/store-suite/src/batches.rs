//! Batches: whole or not at all.

use std::sync::Arc;
use std::time::Duration;

use domain::{BudgetLimits, BudgetState, BudgetSubject, Kind};
use store::{
    Batch, CommitError, Committed, Conflict, EventQuery, Store, StoreExt as _, Version, Write,
};

use crate::samples::{self, NOON, entity, event, insert, realm};
use crate::{answers, batch, once};

/// An empty batch is no error.
pub async fn an_empty_batch_commits(store: Arc<dyn Store>) {
    assert_eq!(store.commit(Batch::new()).await.unwrap(), Committed::default());
}

/// Whichever write fails, neither the other writes nor the event are stored.
pub async fn a_failed_write_undoes_the_whole_batch(store: Arc<dyn Store>) {
    let there = samples::organization();
    let spent = BudgetSubject::Organization(there.id);
    let one = BudgetLimits { per_hour: Some(1), per_day: Some(1) };
    let spend = |subject, limits| Write::SpendBudget { subject, limits, now: NOON };
    let answer = answers::answer([9; 32], NOON);
    let used = samples::id::<()>().as_u128();
    let setting = [
        insert(there.clone()),
        spend(spent, one),
        Write::Remember(answer.clone()),
        once::spend(used),
    ];
    store.commit(batch(setting)).await.unwrap();
    let state = BudgetState { hour: NOON.hour(), used_in_hour: 1, day: NOON.day(), used_in_day: 1 };

    let mut renamed = there.clone();
    renamed.name = "renamed".into();
    let replace = |expected| Write::Replace { entity: entity(renamed.clone()), expected };
    let failing = [
        (insert(there.clone()), Conflict::Exists(Kind::Organization)),
        (replace(Version(7)), Conflict::Changed(Kind::Organization)),
        (spend(spent, one), Conflict::BudgetSpent { write: 5, state }),
        (Write::Remember(answer), Conflict::Answered),
        (once::spend(used), Conflict::Spent),
    ];
    for (write, expected) in failing {
        let client = samples::client();
        let (token, fresh) = (samples::id::<()>().as_u128(), BudgetSubject::Client(client.id));
        let events = vec![event(&entity(client.clone()))];
        let good = [
            insert(client.clone()),
            replace(Version(1)),
            spend(fresh, BudgetLimits::default()),
            Write::RevokeToken { token, until: None, now: NOON },
            once::spend(token),
        ];
        let after = insert(samples::user());
        let writes = good.into_iter().chain([write, after]).collect();
        match store.commit(Batch { writes, events }).await {
            Err(CommitError::Conflict(conflict)) => assert_eq!(conflict, expected),
            other => panic!("expected {expected:?}, got {other:?}"),
        }
        assert!(store.by_id(client.id).await.unwrap().is_none());
        let name = client.public_id.as_str();
        assert!(store.by_public_id::<domain::Client>(&realm(), name).await.unwrap().is_none());
        assert_eq!(store.by_id(there.id).await.unwrap().unwrap().version, Version(1));
        assert_eq!(store.budget(fresh).await.unwrap(), BudgetState::default());
        assert!(!store.token_revoked(token).await.unwrap());
        assert!(!store.spent(token).await.unwrap());
        let all = EventQuery { limit: 10, ..EventQuery::default() };
        assert!(store.events(&all).await.unwrap().is_empty());
    }
    assert_eq!(store.budget(spent).await.unwrap(), state);
}

/// A conflict in one batch does not affect batches that are committed at the same time.
pub async fn a_conflict_does_not_affect_concurrent_batches(store: Arc<dyn Store>) {
    let taken = samples::organization();
    store.commit(batch([insert(taken.clone())])).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..60 {
        let (store, taken) = (Arc::clone(&store), taken.clone());
        tasks.spawn(async move {
            let mine = samples::organization();
            let mut writes = vec![insert(mine.clone())];
            if number % 2 == 0 {
                writes.push(insert(taken));
            }
            let events = vec![event(&entity(mine.clone()))];
            let committed = store.commit(Batch { writes, events }).await;
            assert_eq!(committed.is_ok(), number % 2 == 1);
            assert_eq!(store.by_id(mine.id).await.unwrap().is_some(), committed.is_ok());
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let all = EventQuery { limit: 200, ..EventQuery::default() };
    assert_eq!(store.events(&all).await.unwrap().len(), 30);
}

/// The store answers, before and after it is used.
pub async fn the_store_answers_a_ping(store: Arc<dyn Store>) {
    store.ping().await.unwrap();
    store.commit(batch([insert(samples::client())])).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), store.ping()).await.unwrap().unwrap();
}
