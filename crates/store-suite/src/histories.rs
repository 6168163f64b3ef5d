//! Random histories, compared with a model.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use domain::{BudgetLimits, BudgetState, BudgetSubject};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use store::{CommitError, Conflict, Memory, Store, StoreReader as _, Write};
use tokio::runtime::Handle;

use crate::batch;
use crate::samples::{NOON, id};

/// Runs `check` on random values of `histories`. They are the same each time, so that every failure
/// can be reproduced.
fn for_all<S: Strategy>(histories: S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let outcome = tokio::task::block_in_place(|| runner.run(&histories, check));
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[derive(Clone, Debug)]
struct Spend {
    subjects: Vec<usize>,
    limits: BudgetLimits,
    minutes: i64,
}

fn spends() -> impl Strategy<Value = Vec<Spend>> {
    let limit = || proptest::option::of(0..6u64);
    let spend = (vec(0..3usize, 1..4), limit(), limit(), -200..4_000i64).prop_map(
        |(subjects, per_hour, per_day, minutes)| Spend {
            subjects,
            limits: BudgetLimits { per_hour, per_day },
            minutes,
        },
    );
    vec(spend, 1..40)
}

/// Every history of spends behaves as [`BudgetState::spend`], including batches of several.
pub async fn budgets_follow_the_model(store: Arc<dyn Store>) {
    for_all(spends(), |history| {
        let subjects: Vec<u128> = (0..3).map(|_| id::<()>().as_u128()).collect();
        let mut model = HashMap::new();
        for spend in history {
            let expected = expect(&mut model, &subjects, &spend);
            let writes = writes(&subjects, &spend);
            let outcome = Handle::current().block_on(store.commit(batch(writes)));
            let found = match outcome {
                Ok(committed) => Ok(committed.budgets),
                Err(CommitError::Conflict(Conflict::BudgetSpent { write, state })) => {
                    Err((write, state))
                }
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            };
            prop_assert_eq!(found, expected);
        }
        for subject in &subjects {
            let stored = Handle::current().block_on(store.budget(client(*subject)));
            let expected = model.get(subject).copied().unwrap_or_default();
            prop_assert_eq!(stored.unwrap(), expected);
        }
        Ok(())
    });
}

fn client(subject: u128) -> BudgetSubject {
    BudgetSubject::Client(base::Id::from_u128(subject))
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(NOON.millis() + minutes * 60_000)
}

fn writes(subjects: &[u128], spend: &Spend) -> Vec<Write> {
    let one = |subject: &usize| Write::SpendBudget {
        subject: client(subjects[*subject]),
        limits: spend.limits,
        now: at(spend.minutes),
    };
    spend.subjects.iter().map(one).collect()
}

fn expect(
    model: &mut HashMap<u128, BudgetState>,
    subjects: &[u128],
    spend: &Spend,
) -> Result<Vec<BudgetState>, (usize, BudgetState)> {
    let mut changed = model.clone();
    let mut states = Vec::new();
    for (index, subject) in spend.subjects.iter().enumerate() {
        let state = changed.entry(subjects[*subject]).or_default();
        *state = state.spend(&spend.limits, at(spend.minutes)).map_err(|state| (index, state))?;
        states.push(*state);
    }
    *model = changed;
    Ok(states)
}

/// A revocation lasts as long as requested, whatever comes after.
pub async fn revocations_hold_as_long_as_asked(store: Arc<dyn Store>) {
    let revocation = (0..8usize, proptest::option::of(1..50u64), 0..5u64);
    for_all(vec(revocation, 1..40), |history| {
        let tokens: Vec<u128> = (0..8).map(|_| id::<()>().as_u128()).collect();
        let (mut until, mut forever) = (HashMap::new(), HashSet::new());
        let mut now = NOON;
        for (token, lifetime, pause) in history {
            now = now.plus(Duration::from_secs(pause));
            let end = lifetime.map(|seconds| now.plus(Duration::from_secs(seconds)));
            let write = Write::RevokeToken { token: tokens[token], until: end, now };
            Handle::current().block_on(store.commit(batch([write]))).unwrap();
            match end {
                Some(end) => {
                    let latest = until.entry(token).or_insert(end);
                    *latest = (*latest).max(end);
                }
                None => drop(forever.insert(token)),
            }
            for (index, token) in tokens.iter().enumerate() {
                let holds =
                    forever.contains(&index) || until.get(&index).is_some_and(|end| *end > now);
                let known = forever.contains(&index) || until.contains_key(&index);
                let revoked = Handle::current().block_on(store.token_revoked(*token)).unwrap();
                prop_assert!(revoked || !holds, "{index} was forgotten too early");
                prop_assert!(!revoked || known, "{index} was never revoked");
            }
        }
        Ok(())
    });
}

/// In any order of uses: an entry that has not expired can be used once, an expired one is free
/// again, and a used one is known until it expires. A batch of several is whole or not at all, as
/// in [`Memory`].
pub async fn entries_used_once_follow_the_model(store: Arc<dyn Store>) {
    let uses = (vec(0..6usize, 1..4), 1..50u64, 0..9u64);
    for_all(vec(uses, 1..40), |history| {
        let codes: Vec<u128> = (0..6).map(|_| id::<()>().as_u128()).collect();
        let model = Memory::new();
        let mut now = NOON;
        for (used, lifetime, pause) in history {
            now = now.plus(Duration::from_secs(pause));
            let until = now.plus(Duration::from_secs(lifetime));
            let write = |code: &usize| Write::SpendOnce { id: codes[*code], until, now };
            let commit = |store: &dyn Store| {
                let writes = batch(used.iter().map(write));
                match Handle::current().block_on(store.commit(writes)) {
                    Ok(_) => Ok(true),
                    Err(CommitError::Conflict(Conflict::Spent)) => Ok(false),
                    Err(other) => Err(TestCaseError::fail(other.to_string())),
                }
            };
            prop_assert_eq!(commit(&*store)?, commit(&model)?);
            for code in &codes {
                // The model deletes expired entries at once; a backend may keep them for a while.
                let kept = Handle::current().block_on(model.spent(*code)).unwrap();
                let spent = Handle::current().block_on(store.spent(*code)).unwrap();
                prop_assert!(spent || !kept, "{} was forgotten too early", code);
            }
        }
        Ok(())
    });
}
