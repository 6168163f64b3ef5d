//! `kill -9`: every acknowledged commit is there afterwards, and nothing half.
//!
//! The process that is killed is this test's own program, started again for one of its tests. That
//! one learns its place from an argument, which the harness takes for one more filter; run without
//! it, it writes a little in a place of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "this is test code"
)]

mod place;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{Id, Rng as _, SystemRng};
use domain::{BudgetLimits, BudgetSubject, Client, Organization};
use place::{Place, options};
use postern_store_postgres::PostgresStore;
use store::{Batch, EventQuery, Store as _, StoreExt as _, Write};
use store_suite::samples::{self, NOON, entity, event, insert, realm};

const WORKERS: usize = 8;

/// The name of one batch: an organization, a client, a budget and an event that belong together.
fn name(round: u128, worker: usize, number: u64) -> String {
    format!("crash_{round}_{worker}_{number}")
}

fn budget(round: u128, worker: usize) -> BudgetSubject {
    BudgetSubject::Client(Id::from_u128(round * 1_000 + worker as u128))
}

fn one_batch(round: u128, worker: usize, number: u64) -> Batch {
    let public_id: domain::PublicId = name(round, worker, number).parse().unwrap();
    let organization = Organization { public_id: public_id.clone(), ..samples::organization() };
    let client = Client { public_id, ..samples::client() };
    let (subject, limits) = (budget(round, worker), BudgetLimits::default());
    let events = vec![event(&entity(organization.clone()))];
    let writes = vec![
        insert(organization),
        Write::SpendBudget { subject, limits, now: NOON },
        insert(client),
    ];
    Batch { writes, events }
}

/// Whether batch `number` is there: whole or not at all.
async fn is_there(store: &PostgresStore, round: u128, worker: usize, number: u64) -> bool {
    let name = name(round, worker, number);
    let organization = store.by_public_id::<Organization>(&realm(), &name).await.unwrap().is_some();
    let client = store.by_public_id::<Client>(&realm(), &name).await.unwrap().is_some();
    let query = EventQuery { target: Some(name), limit: 2, ..EventQuery::default() };
    let events = store.events(&query).await.unwrap().len();
    assert_eq!((client, events), (organization, usize::from(organization)), "half a batch");
    organization
}

/// Every acknowledged batch, at most the next one, and a budget that agrees.
async fn check(store: &PostgresStore, round: u128, acknowledged: [u64; WORKERS]) {
    let mut told = 0;
    for (worker, count) in acknowledged.into_iter().enumerate() {
        for number in 0..count {
            assert!(is_there(store, round, worker, number).await, "{round} {worker} {number}");
        }
        let next = u64::from(is_there(store, round, worker, count).await);
        assert!(!is_there(store, round, worker, count + 1).await);
        let spent = store.budget(budget(round, worker)).await.unwrap();
        assert_eq!(spent.used_in_day, count + next, "the budget agrees");
        told += count + next;
    }
    assert_eq!(store.sequence().await.unwrap(), told, "and the feed has no gap");
}

fn start(url: &str, round: u128) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "workers_write_whole_batches", "--nocapture"])
        .arg(format!("{TOLD}{round}:{url}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

const TOLD: &str = "write-here:";

/// What [`start`] said; `None` when nobody did.
fn told() -> Option<(String, u128)> {
    let told = std::env::args().find_map(|it| it.strip_prefix(TOLD).map(str::to_owned))?;
    let (round, url) = told.split_once(':')?;
    Some((url.to_owned(), round.parse().unwrap()))
}

/// Reads the acknowledgements of a child, and kills it after `patience` from the first one.
fn acknowledgements(mut child: Child, patience: Duration) -> [u64; WORKERS] {
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut counts = [0; WORKERS];
    let mut deadline = None;
    for line in output.lines() {
        let line = line.unwrap();
        let deadline = *deadline.get_or_insert_with(|| Instant::now() + patience);
        if Instant::now() >= deadline {
            child.kill().unwrap();
        }
        let Some((_, acknowledged)) = line.split_once("ack ") else { continue };
        let mut words = acknowledged.split(' ');
        // The last line may be cut.
        let (Some(worker), Some(number), Some("end")) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        counts[worker.parse::<usize>().unwrap()] = number.parse::<u64>().unwrap() + 1;
    }
    assert!(!child.wait().unwrap().success(), "it was killed");
    counts
}

/// The server may still be busy with what a killed process sent last.
async fn settled(place: &Place, application: &str) {
    let client = place.connect().await;
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
    for _ in 0..1_000 {
        if client.query_one(sql, &[&application]).await.unwrap().get::<_, i64>(0) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("its connections stay open");
}

#[tokio::test]
async fn a_killed_writer_loses_nothing_it_acknowledged() {
    let mut total = 0;
    for round in 0..6 {
        let place = Place::new().await;
        let application = format!("crash_{round}_{:x}", SystemRng.u128());
        let child = start(&format!("{}&application_name={application}", place.url()), round);
        let patience = Duration::from_millis(50 + (SystemRng.u128() % 400) as u64);
        let acknowledged = acknowledgements(child, patience);
        total += acknowledged.iter().sum::<u64>();
        settled(&place, &application).await;
        check(&place.open().await, round, acknowledged).await;
    }
    assert!(total > 100, "the writers got to write: {total}");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_write_whole_batches() {
    let Some((url, round)) = told() else {
        let place = Place::new().await;
        write(&place.url(), 0, 20).await;
        return check(&place.open().await, 0, [20; WORKERS]).await;
    };
    write(&url, round, u64::MAX).await;
}

async fn write(url: &str, round: u128, batches: u64) {
    let store = Arc::new(PostgresStore::open(url, &options()).await.unwrap());
    let started = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let store = Arc::clone(&store);
        workers.spawn(async move {
            for number in 0..batches {
                store.commit(one_batch(round, worker, number)).await.unwrap();
                println!("ack {worker} {number} end");
                assert!(started.elapsed() < Duration::from_secs(60), "nobody killed it");
            }
        });
    }
    workers.join_all().await;
}
