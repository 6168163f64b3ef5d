//! Measures the memory of a million API keys, each with its own grant, in a thousand organizations:
//! the whole process as the kernel reports it, filled from a store that generates its rows when
//! they are read.
//!
//! `cargo test --release -p postern-store --test footprint -- --nocapture` prints the times, too.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "all of it is test code"
)]

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use base::{Digest, Id, Timestamp, rng::SequenceRng};
use domain::{Credential, CredentialDetail, EntityRecord as _, Grant, Kind, RealmName};
use postern_store::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const KEYS: u64 = 1_000_000;
const LIMIT: u64 = 250;

/// The resident memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Identifiers as real ones are made, from a time and random bits; the same number gives the same
/// id.
fn id<T>(number: u64, what: u64) -> Id<T> {
    let at = Timestamp::from_millis(1_800_000_000_000 + number as i64 * 100);
    Id::new(at, &SequenceRng::new(number * 8 + what))
}

fn at<T>(id: Id<T>) -> Timestamp {
    Timestamp::from_millis((id.as_u128() >> 80) as i64)
}

fn credential(number: u64) -> Credential {
    let id = id(number, 0);
    Credential {
        id,
        realm: "main".parse().unwrap(),
        public_id: id.to_string().parse().unwrap(),
        label: format!("Nightly export {}", number % 10_000),
        digest: Digest::from_bytes(std::array::from_fn(|byte| (number >> (byte % 8)) as u8)),
        expires_at: None,
        revoked: None,
        created_at: at(id),
        detail: CredentialDetail::ApiKey {
            grant: self::id(number, 1),
            organization: self::id(number % 1_000, 2),
            status_index: Some(number as u32 * 2),
        },
    }
}

fn grant(number: u64) -> Grant {
    let id = id(number, 1);
    Grant {
        id,
        realm: "main".parse().unwrap(),
        client: None,
        user: None,
        organization: Some(self::id(number % 1_000, 2)),
        resource_server: self::id(number % 5, 3),
        scopes: ["read write", "accounts.read payments.read payments.write", "admin"]
            [number as usize % 3]
            .parse()
            .unwrap(),
        default_scopes: None,
        epoch: 0,
        handle: None,
        status_index: Some(number as u32 * 2 + 1),
        revoked: None,
        created_at: at(id),
    }
}

/// A store with this number of keys and their grants. What is not part of this test is asked of an empty one.
#[derive(Debug)]
struct Rows(u64, Memory);

impl Rows {
    fn inner(&self) -> &dyn Store {
        &self.1
    }
}

#[async_trait]
impl StoreReader for Rows {
    async fn scan(
        &self,
        kind: Kind,
        after: Option<u128>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        // Their identifiers rise by a tenth of a second each.
        let millis = |after: u128| (after >> 80) as u64 - 1_800_000_000_000;
        let first = after.map_or(0, |after| millis(after) / 100 + 1);
        let numbers = (first..self.0).take(limit);
        let stored = |entity| Stored { entity, version: Version(1) };
        Ok(match kind {
            Kind::Credential => {
                numbers.map(|it| stored(Arc::new(credential(it)).into_entity())).collect()
            }
            Kind::Grant => numbers.map(|it| stored(Arc::new(grant(it)).into_entity())).collect(),
            _ => Vec::new(),
        })
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        Ok(7)
    }

    async fn revoked_tokens(&self, _at_most: usize) -> Result<Option<RevokedTokens>, StoreError> {
        Ok(Some(Vec::new()))
    }

    async fn changes(&self, _after: u64, _limit: usize) -> Result<Option<Vec<Change>>, StoreError> {
        Ok(Some(Vec::new()))
    }

    async fn changed(&self, _after: u64) {}

    fn direct(&self) -> &dyn StoreReader {
        self
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    postern_store::forward!(fetch, fetch_many, list, budget, token_revoked, spent, answer, events);
    postern_store::forward!(uses, refusals);
}

#[async_trait]
impl Store for Rows {
    postern_store::forward!(commit, reserve_status_indexes, record_uses, record_refusals);
}

/// The processor time of this thread, in nanoseconds. Other processes do not count.
fn processor_time() -> u64 {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    schedstat.split(' ').next().unwrap().parse().unwrap()
}

/// Fetches in no order, by a stride that has no common divisor with the number of keys.
async fn nanoseconds(hot: &Hot, keys: u64, key: impl Fn(u64) -> Key) -> u64 {
    let fetched: Vec<Key> = (0..200_000).map(|it| key(it * 7_919 % keys)).collect();
    let before = processor_time();
    for key in &fetched {
        assert!(hot.fetch(key).await.unwrap().is_some());
    }
    (processor_time() - before) / fetched.len() as u64
}

#[tokio::test]
async fn an_api_key_and_its_own_grant_take_less_than_250_bytes() {
    // Unpacked entities have their own limit, which this test does not measure.
    let options = HotOptions { capacity: 0, ..HotOptions::default() };
    let hot = Hot::new(Arc::new(Rows(KEYS, Memory::new())), options);
    let before = resident();
    let (started, working) = (Instant::now(), processor_time());
    hot.fill().await.unwrap();
    let (took, after) = (started.elapsed(), resident());
    println!("{} ms of work", (processor_time() - working) / 1_000_000);
    let each = (after - before) / KEYS;
    let figures = hot.figures();
    println!("filled in {took:?}; {each} bytes of memory each, {} counted", figures.bytes / KEYS);
    assert!(hot.is_filled() && figures.entities == 2 * KEYS);
    assert!(each < LIMIT, "{each} bytes");
    let keys = async |what: &str, key: &dyn Fn(u64) -> Key| {
        println!("{what}: {} ns", nanoseconds(&hot, KEYS, key).await);
    };
    keys("a credential by id", &|it| Key::Id(Kind::Credential, id::<()>(it, 0).as_u128())).await;
    keys("a grant by id", &|it| Key::Id(Kind::Grant, id::<()>(it, 1).as_u128())).await;
    let realm: RealmName = "main".parse().unwrap();
    let named =
        |it| Key::PublicId(Kind::Credential, realm.clone(), id::<()>(it, 0).to_string().into());
    keys("a credential by public id", &named).await;
    let (mut grants, mut credentials, working) = (0, 0, processor_time());
    for kind in [Kind::Client, Kind::ResourceServer] {
        hot.each(kind, &realm, &mut |_| panic!("there is none"));
    }
    hot.each_grant(&realm, &mut |it| grants += u64::from(it.status_index.is_some()));
    hot.each_credential(&realm, &mut |it| credentials += u64::from(it.grant.is_some()));
    assert_eq!((grants, credentials), (KEYS, KEYS));
    println!("all walked over in {} ms of work", (processor_time() - working) / 1_000_000);
}

#[tokio::test]
async fn a_recently_fetched_entity_is_not_unpacked_again() {
    const KEYS: u64 = 1_000;
    let hot = Hot::new(Arc::new(Rows(KEYS, Memory::new())), HotOptions::default());
    hot.fill().await.unwrap();
    let first = async |number: u64| {
        let key = Key::Id(Kind::Credential, id::<()>(number, 0).as_u128());
        match hot.fetch(&key).await.unwrap().unwrap().entity {
            domain::Entity::Credential(it) => it,
            other => panic!("{other:?}"),
        }
    };
    assert!(Arc::ptr_eq(&first(7).await, &first(7).await));
    let realm: RealmName = "main".parse().unwrap();
    let named =
        |it| Key::PublicId(Kind::Credential, realm.clone(), id::<()>(it, 0).to_string().into());
    let by_id = |it| Key::Id(Kind::Credential, id::<()>(it, 0).as_u128());
    nanoseconds(&hot, KEYS, named).await;
    println!("a ready credential by id: {} ns", nanoseconds(&hot, KEYS, by_id).await);
    println!("a ready credential by public id: {} ns", nanoseconds(&hot, KEYS, named).await);
}

#[tokio::test]
async fn the_size_per_key_is_bounded_at_any_count() {
    let mut worst = (0, 0);
    for step in 0..24 {
        // From 50 000 to 400 000 keys in steps of about a tenth; tables double between some steps.
        let keys = (50_000.0 * 1.095_f64.powi(step)) as u64;
        let hot = Hot::new(
            Arc::new(Rows(keys, Memory::new())),
            HotOptions { capacity: 0, ..Default::default() },
        );
        hot.fill().await.unwrap();
        worst = worst.max((hot.figures().bytes / keys, keys));
    }
    println!("at worst {} bytes each, at {}", worst.0, worst.1);
    assert!(worst.0 < LIMIT, "{worst:?}");
}
