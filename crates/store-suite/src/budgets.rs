//! Budgets: counted exactly, per window.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use domain::{BudgetLimits, BudgetState, BudgetSubject};
use store::{CommitError, Conflict, Store, Write};

use crate::batch;
use crate::samples::{NOON, id};

/// Spends once. Returns the state afterwards, or the state that forbids it.
pub(crate) async fn spend(
    store: &Arc<dyn Store>,
    subject: BudgetSubject,
    limits: BudgetLimits,
    now: Timestamp,
) -> Result<BudgetState, BudgetState> {
    match store.commit(batch([Write::SpendBudget { subject, limits, now }])).await {
        Ok(committed) => {
            assert_eq!((committed.sequence, committed.budgets.len()), (None, 1));
            Ok(committed.budgets[0])
        }
        Err(CommitError::Conflict(Conflict::BudgetSpent { write: 0, state })) => Err(state),
        Err(other) => panic!("{other}"),
    }
}

/// A read returns what was counted, and a conflict carries the state that forbids spending.
pub async fn a_budget_counts_to_its_limit(store: Arc<dyn Store>) {
    let subject = BudgetSubject::Client(id());
    let limits = BudgetLimits { per_hour: Some(3), per_day: Some(100) };
    assert_eq!(store.budget(subject).await.unwrap(), BudgetState::default());
    for used in 1..=3 {
        let state = spend(&store, subject, limits, NOON).await.unwrap();
        assert_eq!((state.used_in_hour, state.used_in_day), (used, used));
        assert_eq!(store.budget(subject).await.unwrap(), state);
    }
    let state = spend(&store, subject, limits, NOON).await.unwrap_err();
    assert_eq!((state.hour, state.used_in_hour), (NOON.hour(), 3));
    assert_eq!(store.budget(subject).await.unwrap(), state, "a refusal counts nothing");
    let other = BudgetSubject::Organization(id());
    assert!(spend(&store, other, limits, NOON).await.is_ok(), "each subject by itself");
}

/// The windows of an hour and of a day end at their own times.
pub async fn windows_end_at_the_hour_and_the_day(store: Arc<dyn Store>) {
    let subject = BudgetSubject::Organization(id());
    let limits = BudgetLimits { per_hour: Some(2), per_day: Some(3) };
    let hours = |count: u64| NOON.plus(Duration::from_secs(3600 * count));
    spend(&store, subject, limits, NOON).await.unwrap();
    spend(&store, subject, limits, NOON).await.unwrap();
    spend(&store, subject, limits, NOON).await.unwrap_err();
    spend(&store, subject, limits, hours(1)).await.unwrap();
    spend(&store, subject, limits, hours(2)).await.unwrap_err();
    let state = spend(&store, subject, limits, hours(24)).await.unwrap();
    assert_eq!((state.used_in_hour, state.used_in_day), (1, 1));
    spend(&store, subject, BudgetLimits { per_day: Some(1), per_hour: None }, NOON)
        .await
        .expect_err("a clock that steps back frees nothing");
}

/// One batch spends from several budgets, or from one twice; the conflict names the write.
pub async fn a_batch_spends_from_several_budgets(store: Arc<dyn Store>) {
    let (client, organization) = (BudgetSubject::Client(id()), BudgetSubject::Organization(id()));
    let limits = BudgetLimits { per_hour: Some(2), per_day: None };
    let spend = |subject| Write::SpendBudget { subject, limits, now: NOON };
    let committed =
        store.commit(batch([spend(client), spend(organization), spend(client)])).await.unwrap();
    let used: Vec<u64> = committed.budgets.iter().map(|state| state.used_in_hour).collect();
    assert_eq!(used, [1, 1, 2]);
    match store.commit(batch([spend(organization), spend(client)])).await {
        Err(CommitError::Conflict(Conflict::BudgetSpent { write: 1, state })) => {
            assert_eq!(state.used_in_hour, 2);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(store.budget(organization).await.unwrap().used_in_hour, 1, "undone");
}

/// A limit of zero forbids every token; without a limit tokens are only counted.
pub async fn no_limit_and_a_limit_of_zero(store: Arc<dyn Store>) {
    let subject = BudgetSubject::Client(id());
    let nothing = BudgetLimits { per_hour: Some(0), per_day: None };
    assert_eq!(spend(&store, subject, nothing, NOON).await.unwrap_err().used_in_hour, 0);
    let state = spend(&store, subject, BudgetLimits::default(), NOON).await.unwrap();
    assert_eq!(state.used_in_day, 1);
}
