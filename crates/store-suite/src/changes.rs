//! Changes: what is published, in which order, and who is woken.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use domain::{Account, Entity, EntityRecord, Kind};
use store::{Batch, Change, Effect, MAX_CHANGES, Store, Version, Write};
use tokio::time::timeout;

use crate::batch;
use crate::samples::{self, NOON, entity, event, insert};

/// The time within which a waiting follower must be woken.
const SOON: Duration = Duration::from_secs(1);

async fn changes(store: &Arc<dyn Store>, after: u64) -> Vec<Change> {
    store.changes(after, MAX_CHANGES).await.unwrap().expect("nothing was swept")
}

fn of(entity: &Entity) -> Effect {
    Effect::Entity { kind: entity.kind(), id: entity.id() }
}

/// A batch that adds a client, with `events` events.
fn publishing(events: usize) -> (Batch, Effect) {
    let client = entity(samples::client());
    let effect = of(&client);
    let events = vec![event(&client); events];
    (Batch { writes: vec![Write::Insert(client)], events }, effect)
}

/// Every other token has an expiry, the others have none.
fn until(token: u128) -> Option<Timestamp> {
    token.is_multiple_of(2).then_some(NOON)
}

fn revoke(token: u128) -> Write {
    Write::RevokeToken { token, until: until(token), now: NOON }
}

fn replaced<T: EntityRecord>(record: T) -> Write {
    Write::Replace { entity: entity(record), expected: Version(1) }
}

/// A number may be taken without a change: whoever waits is woken, and finds no effects under it.
pub async fn a_number_is_taken_without_a_change(store: Arc<dyn Store>) {
    let (published, effect) = publishing(1);
    let before = store.commit(published).await.unwrap().sequence.unwrap();
    let waits = store.changed(before);
    let committed = store.commit(batch([Write::TakeNumber])).await.unwrap();
    timeout(SOON, waits).await.expect("who waits is woken");
    assert_eq!(committed.sequence, None, "no event has it");
    assert_eq!(store.sequence().await.unwrap(), before + 1);
    let change = |sequence, effects| Change { sequence, effects };
    let expected = [change(before, vec![effect]), change(before + 1, vec![])];
    assert_eq!(changes(&store, 0).await, expected);
}

/// A commit with events is published whole, under the number of its last event.
pub async fn a_commit_with_events_is_published_under_its_last_number(store: Arc<dyn Store>) {
    assert_eq!(changes(&store, 0).await, []);
    let (mut first, mut effects) = (Batch::new(), Vec::new());
    for entity in samples::one_of_each() {
        effects.push(of(&entity));
        first.events.push(event(&entity));
        first.writes.push(Write::Insert(entity));
    }
    first.writes.extend([revoke(1), revoke(2)]);
    effects.push(Effect::Token { token: 1, until: None });
    effects.push(Effect::Token { token: 2, until: Some(NOON) });
    let sequence = store.commit(first).await.unwrap().sequence.unwrap();
    let first = Change { sequence, effects };
    assert_eq!(changes(&store, 0).await, slice::from_ref(&first));
    let (second, effect) = publishing(1);
    let sequence = store.commit(second).await.unwrap().sequence.unwrap();
    assert_eq!(sequence, first.sequence + 1);
    let second = Change { sequence, effects: vec![effect] };
    assert_eq!(changes(&store, first.sequence - 1).await, [first.clone(), second.clone()]);
    assert_eq!(changes(&store, first.sequence).await, slice::from_ref(&second));
    assert_eq!(changes(&store, second.sequence).await, []);
    assert_eq!(store.changes(0, 1).await.unwrap().unwrap(), [first]);
    assert_eq!(store.changes(0, 0).await.unwrap().unwrap(), []);
}

/// A revoked token, and a stored access token that replaces another, are always published: under a
/// number of their own, which no event has.
pub async fn a_change_without_an_event_takes_a_number(store: Arc<dyn Store>) {
    let access = samples::credential_of(samples::access_token());
    let (published, _) = publishing(2);
    let before = store.commit(published).await.unwrap().sequence.unwrap();
    store.commit(batch([insert(access.clone())])).await.unwrap();
    assert_eq!(store.sequence().await.unwrap(), before, "a new one displaces none");
    for write in [revoke(3), replaced(access.clone())] {
        assert_eq!(store.commit(batch([write])).await.unwrap().sequence, None);
    }
    assert_eq!(store.sequence().await.unwrap(), before + 2);
    let (published, effect) = publishing(1);
    let after = store.commit(published).await.unwrap().sequence.unwrap();
    assert_eq!(after, before + 3);
    let change = |sequence, effect| Change { sequence, effects: vec![effect] };
    let expected = [
        change(before + 1, Effect::Token { token: 3, until: None }),
        change(before + 2, of(&entity(access))),
        change(after, effect),
    ];
    assert_eq!(changes(&store, before).await, expected);
}

/// Events without an effect are published as a change without effects. So a follower reaches the
/// newest number by the changes alone, and then waits for the next.
pub async fn events_alone_are_a_change_without_effects(store: Arc<dyn Store>) {
    let (published, effect) = publishing(1);
    store.commit(published).await.unwrap();
    let events = vec![event(&entity(samples::client())); 2];
    store.commit(Batch { writes: vec![], events: events.clone() }).await.unwrap();
    let once = Write::SpendOnce { id: 9, until: NOON, now: NOON };
    store.commit(Batch { writes: vec![once], events }).await.unwrap();
    let change = |sequence, effects| Change { sequence, effects };
    let expected = [change(1, vec![effect]), change(3, vec![]), change(5, vec![])];
    assert_eq!(changes(&store, 0).await, expected);
    assert_eq!(store.sequence().await.unwrap(), 5);
    timeout(Duration::from_millis(100), store.changed(5)).await.expect_err("nothing is newer");
}

/// Use is not published and takes no number: rotations of refresh tokens, sessions, budgets, codes.
pub async fn use_is_not_published(store: Arc<dyn Store>) {
    let refresh = samples::credential_of(samples::refresh_token().into());
    let account: Account = samples::account();
    store.commit(batch([insert(refresh.clone()), insert(account.clone())])).await.unwrap();
    store.commit(batch([replaced(refresh)])).await.unwrap();
    store.commit(batch([replaced(account)])).await.unwrap();
    let subject = domain::BudgetSubject::Client(samples::id());
    let limits = domain::BudgetLimits::default();
    store.commit(batch([Write::SpendBudget { subject, limits, now: NOON }])).await.unwrap();
    store.commit(batch([Write::SpendOnce { id: 4, until: NOON, now: NOON }])).await.unwrap();
    assert_eq!(changes(&store, 0).await, []);
    assert_eq!(store.sequence().await.unwrap(), 0);
}

/// A batch with a conflict changes nothing and takes no number.
pub async fn a_conflict_is_not_published(store: Arc<dyn Store>) {
    let (published, _) = publishing(1);
    store.commit(published.clone()).await.unwrap();
    store.commit(published).await.unwrap_err();
    let gone = Write::Replace { entity: entity(samples::client()), expected: Version(1) };
    store.commit(batch([revoke(5), gone])).await.unwrap_err();
    let (published, _) = publishing(1);
    assert_eq!(store.commit(published).await.unwrap().sequence, Some(2));
    assert_eq!(changes(&store, 0).await.len(), 2);
}

/// A page of changes is never longer than [`MAX_CHANGES`], and pages follow each other.
pub async fn a_page_of_changes_has_a_limit(store: Arc<dyn Store>) {
    let count = MAX_CHANGES + 20;
    let mut commits = tokio::task::JoinSet::new();
    for worker in 0..20 {
        let store = Arc::clone(&store);
        commits.spawn(async move {
            for token in (worker..count).step_by(20) {
                store.commit(batch([revoke(token as u128)])).await.unwrap();
            }
        });
    }
    commits.join_all().await;
    let first = store.changes(0, usize::MAX).await.unwrap().unwrap();
    assert_eq!(first.len(), MAX_CHANGES);
    let rest = changes(&store, MAX_CHANGES as u64).await;
    assert_eq!(rest.len(), 20);
    let numbers = first.iter().chain(&rest).map(|change| change.sequence);
    assert!(numbers.eq(1..=count as u64), "in order, and none left out");
}

/// A large batch is published whole.
pub async fn a_large_batch_is_published_whole(store: Arc<dyn Store>) {
    let credentials: Vec<Entity> = (0..5_000).map(|_| entity(samples::credential())).collect();
    let effects: Vec<Effect> = credentials.iter().map(of).collect();
    let events = vec![event(&credentials[0])];
    let writes = credentials.into_iter().map(Write::Insert).collect();
    store.commit(Batch { writes, events }).await.unwrap();
    assert_eq!(changes(&store, 0).await, [Change { sequence: 1, effects }]);
}

/// A follower that reads everything after the last number it saw misses nothing.
pub async fn a_follower_misses_nothing(store: Arc<dyn Store>) {
    const WORKERS: u64 = 10;
    const ROUNDS: u64 = 30;
    let follower = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            let (mut seen, mut position) = (Vec::new(), 0);
            while (seen.len() as u64) < WORKERS * ROUNDS {
                timeout(20 * SOON, store.changed(position)).await.expect("a wake-up");
                for change in changes(&store, position).await {
                    assert!(change.sequence > position, "in order");
                    position = change.sequence;
                    seen.extend(change.effects);
                }
            }
            seen
        }
    });
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let store = Arc::clone(&store);
        workers.spawn(async move {
            let mut published = Vec::new();
            for round in 0..ROUNDS {
                let (batch, effect) = match round % 3 {
                    0 => publishing(2),
                    1 => publishing(1),
                    _ => {
                        let token = u128::from(worker * ROUNDS + round);
                        let effect = Effect::Token { token, until: until(token) };
                        (batch([revoke(token)]), effect)
                    }
                };
                store.commit(batch).await.unwrap();
                published.push(effect);
            }
            published
        });
    }
    let mut published: Vec<Effect> = workers.join_all().await.into_iter().flatten().collect();
    let mut seen = follower.await.unwrap();
    let order = |effect: &Effect| match *effect {
        Effect::Entity { kind, id } => (Some(kind), id),
        Effect::Token { token, .. } => (None, token),
    };
    published.sort_by_key(order);
    seen.sort_by_key(order);
    assert_eq!(seen, published);
}

/// A commit wakes a waiting follower within a second. A follower that starts to wait afterwards
/// does not wait at all.
pub async fn a_commit_wakes_waiting_followers(store: Arc<dyn Store>) {
    for round in 0..5 {
        let position = store.sequence().await.unwrap();
        let waiting = tokio::spawn({
            let store = Arc::clone(&store);
            async move { store.changed(position).await }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!waiting.is_finished(), "nothing came");
        let batch = if round % 2 == 0 { publishing(1).0 } else { batch([revoke(round)]) };
        store.commit(batch).await.unwrap();
        timeout(SOON, waiting).await.expect("a wake-up").unwrap();
        timeout(SOON, store.changed(position)).await.expect("it came before the wait");
    }
}

/// A follower may stop waiting, and many may wait.
pub async fn many_followers_may_wait(store: Arc<dyn Store>) {
    timeout(Duration::from_millis(20), store.changed(0)).await.unwrap_err();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let store = Arc::clone(&store);
        waiting.spawn(async move { store.changed(0).await });
    }
    store.commit(batch([revoke(6)])).await.unwrap();
    timeout(SOON, waiting.join_all()).await.expect("all are woken");
}

/// Direct reads see every commit.
pub async fn direct_reads_see_each_commit(store: Arc<dyn Store>) {
    let client = samples::client();
    let key = store::Key::Id(Kind::Client, client.id.as_u128());
    assert!(store.direct().fetch(&key).await.unwrap().is_none());
    store.commit(batch([insert(client.clone())])).await.unwrap();
    assert_eq!(store.direct().fetch(&key).await.unwrap().unwrap().version, Version(1));
    store.commit(batch([replaced(client)])).await.unwrap();
    assert_eq!(store.direct().fetch(&key).await.unwrap().unwrap().version, Version(2));
    assert_eq!(store.fetch(&key).await.unwrap().unwrap().version, Version(2));
}
