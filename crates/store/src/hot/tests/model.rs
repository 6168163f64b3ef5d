//! Random histories of two nodes on one store. A fetch never returns an older state than its node
//! acknowledged or returned before. After both have followed the feed, both equal the store.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Digest, FixedClock, Id, Rng as _, Timestamp, rng::SequenceRng};
use domain::{Credential, CredentialDetail, EntityRecord as _, Kind, User};

use super::fake::{handle_of, id_of, name_of, user};
use super::nodes::{NOON, node};
use crate::{Batch, Hot, Key, Memory, Store, StoreExt as _, StoreReader, Write};

pub(super) fn credential(id: u128, expires_at: Option<Timestamp>) -> Credential {
    let id = Id::from_u128(id);
    Credential {
        id,
        realm: "test".parse().unwrap(),
        public_id: id.to_string().parse().unwrap(),
        label: "a key".into(),
        digest: Digest::from_bytes([7; 32]),
        expires_at,
        revoked: None,
        created_at: NOON,
        detail: CredentialDetail::ApiKey {
            grant: Id::from_u128(1),
            organization: Id::from_u128(2),
            status_index: None,
        },
    }
}

const USERS: u128 = 6;
const NAMES: u128 = 8;

struct World {
    memory: Arc<Memory>,
    nodes: [Hot; 2],
    /// The newest version that each node returned.
    seen: [HashMap<u128, u64>; 2],
    rng: SequenceRng,
}

impl World {
    fn new(seed: u64) -> Self {
        let (memory, clock) = (Arc::new(Memory::new()), Arc::new(FixedClock::new(NOON)));
        let nodes = [node(&memory, &clock, false), node(&memory, &clock, false)];
        Self { memory, nodes, seen: Default::default(), rng: SequenceRng::new(seed) }
    }

    fn dice(&self, below: u128) -> u128 {
        self.rng.u128() % below
    }

    fn key(&self) -> Key {
        let name = self.dice(NAMES);
        match self.dice(3) {
            0 => id_of(self.dice(USERS)),
            1 => name_of(&format!("n{name}")),
            _ => handle_of(&format!("{name}@example.org")),
        }
    }

    async fn read(&mut self, which: usize) {
        let key = self.key();
        let store: &dyn StoreReader = match self.dice(4) {
            0 => self.nodes[which].direct(),
            _ => &self.nodes[which],
        };
        let Some(found) = store.fetch(&key).await.unwrap() else {
            if let Key::Id(_, id) = key {
                assert!(!self.seen[which].contains_key(&id), "{id} was there before");
            }
            return;
        };
        self.saw(which, found.entity.id(), found.version.0);
    }

    fn saw(&mut self, which: usize, id: u128, version: u64) {
        let newest = self.seen[which].entry(id).or_default();
        assert!(version >= *newest, "{id}: {version} after {newest}");
        *newest = version;
    }

    /// Changes up to two users through a node, whose expected versions may be outdated.
    async fn write(&mut self, which: usize) {
        let mut batch = Batch::new();
        let mut ids = Vec::new();
        for _ in 0..=self.dice(2) {
            let (id, name) = (self.dice(USERS), self.dice(NAMES));
            if ids.iter().any(|(known, _)| *known == id) {
                continue;
            }
            let new = user(id, &format!("n{name}"), &format!("{name}@example.org"));
            let node = &self.nodes[which];
            match node.by_id::<User>(Id::from_u128(id)).await.unwrap() {
                None => {
                    ids.push((id, 1));
                    batch.writes.push(Write::Insert(Arc::new(new).into_entity()));
                }
                Some(old) => {
                    ids.push((id, old.version.0 + 1));
                    batch.writes.push(old.replace_with(new));
                }
            }
        }
        if self.dice(3) > 0 {
            batch.events.push(super::nodes::event());
        }
        if self.nodes[which].commit(batch).await.is_ok() {
            for (id, version) in ids {
                self.saw(which, id, version);
            }
        }
    }

    /// Only changes with events are published. The nodes read the rest from the store directly.
    async fn compare(&self) {
        for node in &self.nodes {
            node.advance().await.unwrap();
            for id in 0..USERS {
                let (store, key) = (self.memory.fetch(&id_of(id)).await.unwrap(), id_of(id));
                let direct = node.direct().fetch(&key).await.unwrap();
                let held = node.fetch(&key).await.unwrap();
                let version = store.as_ref().map(|it| it.version);
                assert_eq!(direct.map(|it| it.version), version);
                assert_eq!(held.as_ref().map(|it| it.version), version);
                let json = store.map(|it| it.entity.to_json().unwrap());
                assert_eq!(held.map(|it| it.entity.to_json().unwrap()), json);
            }
        }
    }
}

#[tokio::test]
async fn two_nodes_never_return_older_states_and_converge_to_the_store() {
    for seed in 0..60 {
        let mut world = World::new(seed);
        for step in 0..300 {
            let which = world.dice(2) as usize;
            match world.dice(10) {
                0 => drop(world.nodes[which].advance().await.unwrap()),
                1..4 => world.write(which).await,
                _ => world.read(which).await,
            }
            if step % 100 == 99 {
                world.compare().await;
            }
        }
    }
}

#[tokio::test]
async fn a_node_that_followed_has_every_published_change_without_a_read() {
    for seed in 0..20 {
        let mut world = World::new(1_000 + seed);
        for node in &world.nodes {
            node.fill().await.unwrap();
        }
        for _ in 0..100 {
            let mut batch = Batch::new();
            let (id, name) = (world.dice(USERS), world.dice(NAMES));
            let new = user(id, &format!("n{name}"), &format!("{name}@example.org"));
            let writer = &world.nodes[world.dice(2) as usize];
            batch.writes.push(match writer.direct().by_id::<User>(new.id).await.unwrap() {
                None => Write::Insert(Arc::new(new).into_entity()),
                Some(old) => old.replace_with(new),
            });
            batch.events.push(super::nodes::event());
            let _either = writer.commit(batch).await;
        }
        let sequence = world.memory.sequence().await.unwrap();
        for node in &mut world.nodes {
            assert_eq!(node.advance().await.unwrap(), sequence);
            let reads = node.figures().reads;
            for stored in world.memory.scan(Kind::User, None, 100).await.unwrap() {
                for key in [
                    Key::Id(Kind::User, stored.entity.id()),
                    name_of(stored.entity.public_id().unwrap()),
                    handle_of(stored.entity.handle().unwrap()),
                ] {
                    let held = node.fetch(&key).await.unwrap().unwrap();
                    assert_eq!(held.version, stored.version);
                    assert_eq!(held.entity.to_json().unwrap(), stored.entity.to_json().unwrap());
                }
            }
            assert_eq!(node.figures().reads, reads);
        }
    }
}
