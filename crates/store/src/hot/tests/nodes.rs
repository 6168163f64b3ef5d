//! Several memories in front of one store, as on several nodes: a follower sees every change, and a
//! node that cannot follow knows that.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use base::{FixedClock, Id, Timestamp};
use domain::{Entity, EntityRecord as _, Kind, User, UserStatus};

use super::fake::{Fake, handle_of, id_of, insert, name_of, user};
use crate::{
    Batch, Effect, Hot, HotOptions, Key, Memory, Store, StoreError, StoreExt as _, StoreReader,
    Watch, Write,
};

pub(in crate::hot) const NOON: Timestamp = Timestamp::from_seconds(1_900_000_800);

pub(in crate::hot) fn node(
    inner: &Arc<impl Store>,
    clock: &Arc<FixedClock>,
    sole_writer: bool,
) -> Hot {
    let options = HotOptions { sole_writer, clock: Arc::clone(clock) as _, ..Default::default() };
    Hot::new(Arc::clone(inner) as Arc<dyn Store>, options)
}

pub(super) fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::new(NOON))
}

/// Writes down what the watcher is notified of.
#[derive(Debug, Default)]
pub(super) struct Notes(Mutex<Vec<Effect>>);

impl Watch for Notes {
    fn entity(&self, entity: &Entity) {
        self.0.lock().unwrap().push(Effect::Entity { kind: entity.kind(), id: entity.id() });
    }
    fn removed(&self, entity: &Entity) {
        self.0.lock().unwrap().push(gone(entity.id()));
    }
    fn token(&self, token: u128, until: Option<Timestamp>) {
        self.0.lock().unwrap().push(Effect::Token { token, until });
    }
}

impl Notes {
    pub(super) fn take(&self) -> Vec<Effect> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// The note that a user was removed.
pub(super) fn gone(id: u128) -> Effect {
    Effect::Token { token: id, until: Some(Timestamp::EPOCH) }
}

pub(super) fn changed(id: u128) -> Effect {
    Effect::Entity { kind: Kind::User, id }
}

pub(super) fn event() -> domain::EventDraft {
    domain::EventDraft {
        realm: "test".parse().unwrap(),
        at: NOON,
        action: "user.changed".into(),
        target: domain::Target { kind: Kind::User, id: 1, public_id: "ada".into() },
        origin: domain::Origin::system(),
        detail: serde_json::Map::new(),
    }
}

/// Suspends a user through `node`, with an event.
async fn suspend(node: &dyn Store, id: u128) {
    let user = node.by_id::<User>(Id::from_u128(id)).await.unwrap().unwrap();
    let changed = User { status: UserStatus::Suspended, ..User::clone(&user) };
    let batch = Batch { writes: vec![user.replace_with(changed)], events: vec![event()] };
    node.commit(batch).await.unwrap();
}

async fn status(node: &dyn StoreReader, key: &Key) -> Option<UserStatus> {
    match node.fetch(key).await.unwrap()?.entity {
        Entity::User(user) => Some(user.status),
        _ => None,
    }
}

#[tokio::test]
async fn a_follower_sees_commits_of_other_nodes_after_advance_and_direct_reads_at_once() {
    let (memory, clock) = (Arc::new(Memory::new()), clock());
    let (here, there) = (node(&memory, &clock, false), node(&memory, &clock, false));
    insert(&here, user(1, "ada", "ada@example.org")).await;
    for node in [&here, &there] {
        node.fill().await.unwrap();
        node.advance().await.unwrap();
    }
    suspend(&here, 1).await;
    assert_eq!(status(&here, &id_of(1)).await, Some(UserStatus::Suspended));
    assert_eq!(status(&there, &name_of("ada")).await, Some(UserStatus::Active));
    let position = there.advance().await.unwrap();
    assert_eq!((position, there.position()), (1, 1));
    assert_eq!(status(&there, &name_of("ada")).await, Some(UserStatus::Suspended));

    insert(&here, user(2, "bob", "bob@example.org")).await;
    suspend(&here, 2).await;
    assert_eq!(status(there.direct(), &id_of(2)).await, Some(UserStatus::Suspended));
    let reads = there.figures().reads;
    assert_eq!(status(&there, &id_of(2)).await, Some(UserStatus::Suspended), "kept");
    assert_eq!(there.figures().reads, reads);
}

#[tokio::test]
async fn watchers_are_notified_of_known_entities_and_of_every_commit_of_any_node() {
    let (memory, clock) = (Arc::new(Memory::new()), clock());
    let (here, there) = (node(&memory, &clock, false), node(&memory, &clock, false));
    let notes = Arc::new(Notes::default());
    insert(&here, user(1, "ada", "ada@example.org")).await;
    // The entity was known before the watcher was registered. The watcher is notified nevertheless.
    assert!(here.fetch(&id_of(1)).await.unwrap().is_some());
    here.watch(Arc::clone(&notes) as _);
    here.fill().await.unwrap();
    assert_eq!(notes.take(), [changed(1)]);
    suspend(&here, 1).await;
    assert_eq!(notes.take(), [changed(1)]);
    here.advance().await.unwrap();
    assert_eq!(notes.take(), [], "what was committed here is not read again");
    insert(&there, user(2, "bob", "bob@example.org")).await;
    suspend(&there, 2).await;
    let until = Some(NOON.plus(Duration::from_secs(60)));
    let writes = vec![Write::RevokeToken { token: 9, until, now: NOON }];
    there.commit(Batch { writes, events: Vec::new() }).await.unwrap();
    here.advance().await.unwrap();
    assert_eq!(notes.take(), [changed(2), Effect::Token { token: 9, until }]);
    assert!(here.token_revoked(9).await.unwrap());
}

#[tokio::test]
async fn as_of_is_the_start_of_the_last_advance() {
    let (fake, clock) = (Arc::new(Fake::default()), clock());
    insert(&*fake, user(1, "ada", "ada@example.org")).await;
    let hot = node(&fake, &clock, false);
    assert_eq!(hot.as_of(), Timestamp::EPOCH);
    hot.advance().await.unwrap();
    assert!(hot.is_filled());
    assert_eq!(hot.as_of(), NOON);
    clock.advance(Duration::from_secs(5));
    fake.away(true);
    assert!(matches!(hot.advance().await, Err(StoreError::Unavailable(_))));
    assert_eq!((hot.as_of(), hot.is_filled()), (NOON, true));
    assert!(hot.fetch(&id_of(1)).await.unwrap().is_some());
    assert!(matches!(hot.fetch(&id_of(2)).await, Err(StoreError::Unavailable(_))), "unknown");
    fake.away(false);
    hot.advance().await.unwrap();
    assert_eq!(hot.as_of(), NOON.plus(Duration::from_secs(5)));
    assert_eq!(node(&fake, &clock, true).as_of(), NOON.plus(Duration::from_secs(5)));
}

#[tokio::test]
async fn stale_memory_answers_only_while_the_store_is_away() {
    let (fake, clock) = (Arc::new(Fake::default()), clock());
    insert(&*fake, user(1, "ada", "ada@example.org")).await;
    let hot = node(&fake, &clock, false);
    hot.advance().await.unwrap();
    clock.advance(Duration::from_secs(10));
    fake.rename_behind(1, "countess").await;
    assert_eq!(hot.fetch(&id_of(1)).await.unwrap().unwrap().version.0, 1, "not stale yet");
    clock.advance(Duration::from_secs(1));
    fake.away(true);
    let reads = fake.reads();
    for _ in 0..100 {
        assert_eq!(hot.fetch(&id_of(1)).await.unwrap().unwrap().version.0, 1);
    }
    assert_eq!(fake.reads(), reads + 1, "one tries, and the rest do without");
    let unknown = hot.fetch(&id_of(2)).await;
    assert!(matches!(unknown, Err(StoreError::Unavailable(_))), "unknown");
    fake.away(false);
    assert_eq!(hot.fetch(&id_of(1)).await.unwrap().unwrap().version.0, 1);
    clock.advance(Duration::from_secs(1));
    assert_eq!(hot.fetch(&id_of(1)).await.unwrap().unwrap().version.0, 2);
    assert!(hot.fetch(&name_of("ada")).await.unwrap().is_none());
    assert!(hot.fetch(&name_of("countess")).await.unwrap().is_some());
}

#[tokio::test]
async fn an_entity_that_another_node_may_have_created_is_never_reported_missing() {
    let (fake, clock) = (Arc::new(Fake::default()), clock());
    let hot = node(&fake, &clock, false);
    hot.advance().await.unwrap();
    assert!(hot.fetch(&id_of(1)).await.unwrap().is_none());
    fake.away(true);
    assert!(hot.fetch(&id_of(1)).await.unwrap().is_none(), "the store said so in this second");
    let reads = fake.reads();
    for id in 2..5_000 {
        let unknown = hot.fetch(&id_of(id)).await;
        // Once the rate limit is reached, a memory that was advanced within this second answers.
        let known = if id < 1_001 { unknown.is_err() } else { matches!(unknown, Ok(None)) };
        assert!(known, "{id}: {unknown:?}");
    }
    assert_eq!(fake.reads(), reads + 1, "one tried");
    clock.advance(Duration::from_millis(1_001));
    for id in 1..5_000 {
        let unknown = hot.fetch(&id_of(id)).await;
        assert!(matches!(unknown, Err(StoreError::Unavailable(_))), "{id}: {unknown:?}");
    }
    assert_eq!(fake.reads(), reads + 2, "and one more, a second later");
    fake.away(false);
    insert(&*fake, user(1, "ada", "ada@example.org")).await;
    clock.advance(Duration::from_millis(1_001));
    assert!(hot.fetch(&id_of(1)).await.unwrap().is_some(), "made while this node saw nothing");
}

#[tokio::test]
async fn after_a_gap_everything_is_read_anew_and_a_fill_that_fails_midway_loses_nothing() {
    let (fake, clock) = (Arc::new(Fake::default()), clock());
    for id in 0..20 {
        insert(&*fake, user(id, &format!("u{id}"), &format!("{id}@example.org"))).await;
    }
    let hot = node(&fake, &clock, false);
    fake.fail_scans(true);
    assert!(hot.fill().await.is_err());
    assert!(!hot.is_filled());
    assert!(hot.fetch(&id_of(3)).await.unwrap().is_some(), "read through");
    fake.fail_scans(false);
    hot.advance().await.unwrap();
    let position = hot.position();
    fake.rename_behind(3, "other").await;
    fake.forget_changes(true);
    fake.fail_scans(true);
    assert!(hot.advance().await.is_err());
    assert!(!hot.is_filled() && hot.position() == position);
    assert!(hot.fetch(&handle_of("7@example.org")).await.unwrap().is_some());
    insert(&*fake, user(99, "new", "new@example.org")).await;
    assert!(hot.fetch(&name_of("new")).await.unwrap().is_some(), "asked, since nothing is sure");
    fake.fail_scans(false);
    hot.fill().await.unwrap();
    fake.forget_changes(false);
    hot.advance().await.unwrap();
    assert!(hot.is_filled());
    assert_eq!(hot.fetch(&id_of(3)).await.unwrap().unwrap().version.0, 2);
}

#[tokio::test]
async fn after_a_conflict_the_next_read_sees_the_stored_state() {
    let (memory, clock) = (Arc::new(Memory::new()), clock());
    let (here, there) = (node(&memory, &clock, false), node(&memory, &clock, false));
    insert(&here, user(1, "ada", "ada@example.org")).await;
    for node in [&here, &there] {
        node.advance().await.unwrap();
    }
    suspend(&here, 1).await;
    let stale = there.by_id::<User>(Id::from_u128(1)).await.unwrap().unwrap();
    let write = stale.replace_with(User { name: "Ada".into(), ..User::clone(&stale) });
    assert!(there.commit(Batch { writes: vec![write], events: vec![] }).await.is_err());
    let fresh = there.by_id::<User>(Id::from_u128(1)).await.unwrap().unwrap();
    assert_eq!((fresh.version.0, fresh.status), (2, UserStatus::Suspended));
    // The name is taken on another node, under an identifier that this node does not know.
    assert!(there.fetch(&name_of("bob")).await.unwrap().is_none());
    insert(&here, user(2, "bob", "bob@example.org")).await;
    assert!(there.fetch(&name_of("bob")).await.unwrap().is_none(), "a miss is remembered");
    let taken = Write::Insert(Arc::new(user(3, "bob", "b@example.org")).into_entity());
    assert!(there.commit(Batch { writes: vec![taken], events: vec![] }).await.is_err());
    assert_eq!(there.fetch(&name_of("bob")).await.unwrap().unwrap().entity.id(), 2);
}

#[tokio::test]
async fn an_expired_credential_is_read_again_once_a_second() {
    let (memory, clock) = (Arc::new(Memory::new()), clock());
    let (here, there) = (node(&memory, &clock, false), node(&memory, &clock, false));
    let credential = super::model::credential(1, Some(NOON));
    let batch = |write| Batch { writes: vec![write], events: Vec::new() };
    let entity = Arc::new(credential.clone()).into_entity();
    here.commit(batch(Write::Insert(entity))).await.unwrap();
    there.advance().await.unwrap();
    let key = Key::Id(Kind::Credential, 1);
    let version = async || there.fetch(&key).await.unwrap().unwrap().version.0;
    assert_eq!(version().await, 1);
    let later = Some(NOON.plus(Duration::from_secs(600)));
    let entity = Arc::new(domain::Credential { expires_at: later, ..credential }).into_entity();
    here.commit(batch(Write::Replace { entity, expected: crate::Version(1) })).await.unwrap();
    assert_eq!(version().await, 1, "it was looked at within this second");
    clock.advance(Duration::from_secs(1));
    assert_eq!(version().await, 2);
}
