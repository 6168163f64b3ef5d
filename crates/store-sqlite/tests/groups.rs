//! Requests that share a commit are independent: a failed one does not affect the others.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod database;

use std::collections::HashSet;
use std::sync::Arc;

use database::Database;
use domain::{BudgetLimits, BudgetSubject};
use store::{Batch, CommitError, Conflict, EventQuery, Store, StoreExt as _, Write};
use store_suite::samples::{NOON, client, entity, event, id};
use tokio::task::JoinSet;

const MANY: usize = 150;

/// Every tenth batch writes a row, counts a budget, and then fails because its code was used
/// before.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_fails_late_in_a_group_does_not_affect_others() {
    let database = Database::new();
    let store: Arc<dyn Store> = Arc::new(database.open());
    let (subject, spent) = (BudgetSubject::Client(id()), id::<()>().as_u128());
    let once = move || Write::SpendOnce { id: spent, until: NOON.plus(MINUTE), now: NOON };
    store.commit(Batch { writes: vec![once()], events: vec![] }).await.unwrap();
    let mut commits = JoinSet::new();
    for index in 0..MANY {
        let (store, fails) = (Arc::clone(&store), index % 10 == 9);
        commits.spawn(async move {
            let record = client();
            let (row, made) = (record.id, entity(record));
            let limits = BudgetLimits::default();
            let events = vec![event(&made)];
            let mut writes =
                vec![Write::Insert(made), Write::SpendBudget { subject, limits, now: NOON }];
            writes.extend(fails.then(once));
            let done = store.commit(Batch { writes, events }).await;
            match &done {
                Ok(committed) => assert!(!fails && committed.budgets.len() == 1),
                Err(CommitError::Conflict(conflict)) => {
                    assert!(fails && *conflict == Conflict::Spent, "{conflict}");
                }
                Err(other) => panic!("{other}"),
            }
            let there = store.by_id::<domain::Client>(row).await.unwrap().is_some();
            assert_eq!(there, !fails);
            done.ok()
        });
    }
    let done: Vec<_> = commits.join_all().await.into_iter().flatten().collect();
    let good = MANY - MANY / 10;
    assert_eq!(done.len(), good);
    let numbers: HashSet<u64> = done.iter().filter_map(|it| it.sequence).collect();
    let counts: HashSet<u64> = done.iter().map(|it| it.budgets[0].used_in_day).collect();
    assert_eq!((numbers.len(), counts.len()), (good, good), "none was given twice");
    assert_eq!(store.budget(subject).await.unwrap().used_in_day, good as u64);
    let query = EventQuery { limit: 200, ..EventQuery::default() };
    let events = store.events(&query).await.unwrap();
    assert_eq!(events.iter().map(|it| it.sequence).collect::<HashSet<_>>(), numbers);
}

const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);
