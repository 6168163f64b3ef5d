//! Events: numbered in commit order, filtered and paged.

use std::sync::Arc;

use base::Timestamp;
use domain::{Actor, Event, EventDraft};
use store::{Batch, EventQuery, MAX_PAGE, Store};

use crate::samples::{self, entity, event, other_realm, realm};

async fn commit_events(store: &Arc<dyn Store>, events: Vec<EventDraft>) -> u64 {
    let committed = store.commit(Batch { writes: vec![], events }).await.unwrap();
    committed.sequence.unwrap()
}

fn all() -> EventQuery {
    EventQuery { limit: MAX_PAGE, ..EventQuery::default() }
}

fn sample() -> EventDraft {
    event(&entity(samples::client()))
}

async fn events(store: &Arc<dyn Store>, query: EventQuery) -> Vec<Event> {
    store.events(&query).await.unwrap()
}

/// An event is read unchanged, with the number that its commit returned.
pub async fn an_event_is_read_unchanged(store: Arc<dyn Store>) {
    assert_eq!(store.sequence().await.unwrap(), 0);
    assert!(events(&store, all()).await.is_empty());
    let drafts = vec![sample(), sample()];
    let last = commit_events(&store, drafts.clone()).await;
    assert_eq!(store.sequence().await.unwrap(), last);
    let found = events(&store, all()).await;
    assert_eq!(
        found.iter().map(|event| &event.draft).collect::<Vec<_>>(),
        drafts.iter().collect::<Vec<_>>()
    );
    assert_eq!(found[1].sequence, last);
    assert!(0 < found[0].sequence && found[0].sequence < last);
}

/// Sequence numbers rise with each commit, also with concurrent commits and when the times of the
/// events do not rise.
pub async fn sequence_numbers_rise_in_commit_order(store: Arc<dyn Store>) {
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..20u64 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let mut last = 0;
            for round in 0..5u64 {
                let mut draft = sample();
                let month = (worker * 7 + round * 3) % 14;
                draft.at = Timestamp::from_seconds((month * 30 * 86_400) as i64);
                let sequence = commit_events(&store, vec![draft]).await;
                assert!(sequence > last, "later commits have greater numbers");
                assert!(store.sequence().await.unwrap() >= sequence);
                last = sequence;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let found = events(&store, all()).await;
    assert_eq!(found.len(), 100);
    assert!(found.is_sorted_by(|a, b| a.sequence < b.sequence), "oldest first, none twice");
    let newest = events(&store, EventQuery { newest_first: true, ..all() }).await;
    assert!(newest.iter().eq(found.iter().rev()));
}

/// Pages in both directions have no gap and no repetition, also across many months.
pub async fn events_are_paged_in_both_directions(store: Arc<dyn Store>) {
    for month in 0..30 {
        let mut draft = sample();
        draft.at = Timestamp::from_seconds(1_700_000_000 + month * 30 * 86_400);
        commit_events(&store, vec![draft.clone(), draft]).await;
    }
    let found = events(&store, all()).await;
    assert_eq!(found.len(), 60);
    for newest_first in [false, true] {
        let mut query = EventQuery { newest_first, limit: 7, ..EventQuery::default() };
        let mut seen = Vec::new();
        loop {
            let page = events(&store, query.clone()).await;
            assert!(page.len() <= 7);
            let Some(last) = page.last() else { break };
            assert!(seen.len() < found.len(), "the pages never end");
            if newest_first {
                query.before = Some(last.sequence);
            } else {
                query.after = Some(last.sequence);
            }
            seen.extend(page);
        }
        if newest_first {
            seen.reverse();
        }
        assert_eq!(seen, found);
    }
    let (after, before) = (Some(found[10].sequence), Some(found[20].sequence));
    assert_eq!(events(&store, EventQuery { after, before, ..all() }).await, found[11..20]);
    assert!(events(&store, EventQuery { limit: 0, ..all() }).await.is_empty());
}

/// Filters by realm, target and request work alone and together.
pub async fn events_are_filtered(store: Arc<dyn Store>) {
    let [mut here, mut there, mut system] = [sample(), sample(), sample()];
    there.realm = other_realm();
    there.target.public_id = here.target.public_id.clone();
    system.origin = domain::Origin::system();
    here.origin.request_id = Some("req_here".into());
    commit_events(&store, vec![here.clone(), there.clone(), system.clone()]).await;
    let target = Some(here.target.public_id.clone());
    let request_id = Some("req_here".to_owned());
    let cases = [
        (EventQuery { realm: Some(realm()), ..all() }, vec![&here, &system]),
        (EventQuery { realm: Some(other_realm()), ..all() }, vec![&there]),
        (EventQuery { target: target.clone(), ..all() }, vec![&here, &there]),
        (EventQuery { target: target.clone(), realm: Some(realm()), ..all() }, vec![&here]),
        (EventQuery { request_id: request_id.clone(), ..all() }, vec![&here]),
        (EventQuery { request_id, realm: Some(other_realm()), ..all() }, vec![]),
        (EventQuery { target: Some("nobody".into()), ..all() }, vec![]),
        (EventQuery { target, newest_first: true, limit: 1, ..all() }, vec![&there]),
    ];
    for (query, expected) in cases {
        let found = events(&store, query.clone()).await;
        assert_eq!(
            found.iter().map(|event| &event.draft).collect::<Vec<_>>(),
            expected,
            "{query:?}"
        );
    }
}

/// The filter by actor compares kind and name, and works together with the others.
pub async fn events_are_filtered_by_actor(store: Arc<dyn Store>) {
    let name = || "one".parse().unwrap();
    let user = Actor::User(name());
    let actors =
        [user.clone(), Actor::Client(name()), Actor::AdminKey(name()), Actor::System, user.clone()];
    let mut drafts: Vec<EventDraft> = actors.iter().map(|_| sample()).collect();
    for (month, (draft, actor)) in drafts.iter_mut().zip(&actors).enumerate() {
        draft.origin.actor = actor.clone();
        draft.at = Timestamp::from_seconds(1_700_000_000 + month as i64 * 30 * 86_400);
    }
    drafts[4].realm = other_realm();
    commit_events(&store, drafts.clone()).await;
    let by = |actor: &Actor| EventQuery { actor: Some(actor.clone()), ..all() };
    let target = Some(drafts[0].target.public_id.clone());
    let others = Some(drafts[1].target.public_id.clone());
    let cases = [
        (by(&user), vec![&drafts[0], &drafts[4]]),
        (by(&actors[1]), vec![&drafts[1]]),
        (by(&actors[2]), vec![&drafts[2]]),
        (by(&Actor::System), vec![&drafts[3]]),
        (by(&Actor::User("One".parse().unwrap())), vec![]),
        (EventQuery { realm: Some(realm()), ..by(&user) }, vec![&drafts[0]]),
        (EventQuery { target, ..by(&user) }, vec![&drafts[0]]),
        (EventQuery { target: others, ..by(&user) }, vec![]),
        (EventQuery { newest_first: true, limit: 1, ..by(&user) }, vec![&drafts[4]]),
    ];
    for (query, expected) in cases {
        let found = events(&store, query.clone()).await;
        let found: Vec<&EventDraft> = found.iter().map(|event| &event.draft).collect();
        assert_eq!(found, expected, "{query:?}");
    }
}

/// A page of events is never longer than [`MAX_PAGE`].
pub async fn a_page_of_events_has_a_limit(store: Arc<dyn Store>) {
    commit_events(&store, (0..MAX_PAGE + 20).map(|_| sample()).collect()).await;
    let found = events(&store, EventQuery { limit: usize::MAX, ..EventQuery::default() }).await;
    assert_eq!(found.len(), MAX_PAGE);
}
