//! Races: a hundred workers at once.

use std::sync::Arc;

use base::Digest;
use domain::{BudgetLimits, BudgetSubject, Kind, Organization};
use store::{CommitError, Conflict, Store, StoreExt as _, Version, Write};
use tokio::task::JoinSet;

use crate::batch;
use crate::budgets::spend;
use crate::samples::{self, NOON, id, insert, realm};

const WORKERS: usize = 100;

/// A budget of N is spent exactly N times, however many workers try.
pub async fn a_budget_is_exact_under_parallel_workers(store: Arc<dyn Store>) {
    const LIMIT: u64 = 137;
    let subject = BudgetSubject::Organization(id());
    let limits = BudgetLimits { per_hour: Some(LIMIT), per_day: Some(1_000) };
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let store = Arc::clone(&store);
        workers.spawn(async move {
            let mut spent = 0;
            for _ in 0..3 {
                spent += u64::from(spend(&store, subject, limits, NOON).await.is_ok());
            }
            spent
        });
    }
    assert_eq!(workers.join_all().await.iter().sum::<u64>(), LIMIT);
    let state = store.budget(subject).await.unwrap();
    assert_eq!((state.used_in_hour, state.used_in_day), (LIMIT, LIMIT));
}

/// A hundred workers change one row, each reading again after a conflict: all succeed, and no
/// change is lost.
pub async fn no_update_is_lost(store: Arc<dyn Store>) {
    let mut organization = samples::organization();
    organization.name = String::new();
    let id = organization.id;
    store.commit(batch([insert(organization)])).await.unwrap();
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let store = Arc::clone(&store);
        workers.spawn(async move {
            loop {
                let loaded = store.by_id(id).await.unwrap().unwrap();
                let mut changed = Organization::clone(&loaded.record);
                changed.name.push('x');
                match store.commit(batch([loaded.replace_with(changed)])).await {
                    Ok(_) => return,
                    Err(CommitError::Conflict(Conflict::Changed(Kind::Organization))) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        });
    }
    workers.join_all().await;
    let loaded = store.by_id(id).await.unwrap().unwrap();
    assert_eq!((loaded.version, loaded.name.len()), (Version(1 + WORKERS as u64), WORKERS));
}

/// When a hundred workers replace the same state, as in rotations of a refresh token, one succeeds,
/// and its state is stored.
pub async fn one_of_many_rotations_wins(store: Arc<dyn Store>) {
    for _ in 0..3 {
        let credential = samples::credential();
        store.commit(batch([insert(credential.clone())])).await.unwrap();
        let mut workers = JoinSet::new();
        for worker in 0..WORKERS {
            let (store, mut rotated) = (Arc::clone(&store), credential.clone());
            rotated.digest = Digest::from_bytes([worker as u8; 32]);
            rotated.label = format!("of {worker}");
            workers.spawn(async move {
                let expected = Version(1);
                let write = Write::Replace { entity: samples::entity(rotated), expected };
                match store.commit(batch([write])).await {
                    Ok(_) => Some(format!("of {worker}")),
                    Err(CommitError::Conflict(Conflict::Changed(Kind::Credential))) => None,
                    Err(other) => panic!("{other}"),
                }
            });
        }
        let winners: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
        assert_eq!(winners.len(), 1);
        let found = store.by_id(credential.id).await.unwrap().unwrap();
        assert_eq!((found.version, &found.label), (Version(2), &winners[0]));
    }
}

/// When a hundred workers insert one public id, one succeeds.
pub async fn one_of_many_inserts_wins(store: Arc<dyn Store>) {
    let template = samples::client();
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let store = Arc::clone(&store);
        let client = domain::Client { id: id(), ..template.clone() };
        workers.spawn(async move {
            match store.commit(batch([insert(client.clone())])).await {
                Ok(_) => Some(client.id),
                Err(CommitError::Conflict(Conflict::Exists(Kind::Client))) => None,
                Err(other) => panic!("{other}"),
            }
        });
    }
    let winners: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let name = template.public_id.as_str();
    let found = store.by_public_id::<domain::Client>(&realm(), name).await.unwrap().unwrap();
    assert_eq!(found.id, winners[0]);
}

/// Every read that starts after a commit sees it.
pub async fn every_read_after_a_commit_sees_it(store: Arc<dyn Store>) {
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let store = Arc::clone(&store);
        workers.spawn(async move {
            for _ in 0..5 {
                let client = samples::client();
                store.commit(batch([insert(client.clone())])).await.unwrap();
                assert!(store.by_id(client.id).await.unwrap().is_some());
            }
        });
    }
    workers.join_all().await;
}
