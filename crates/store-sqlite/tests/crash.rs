//! `kill -9` and a full disk: every acknowledged commit is there afterwards, and nothing half.
//!
//! The process that is killed is this test's own program, started again for one of its tests. That
//! one learns its place from an argument, which the harness takes for one more filter; run without
//! it, it writes a little in a place of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "this is test code"
)]

mod place;

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{Id, Rng as _, SystemRng};
use domain::{BudgetLimits, BudgetSubject, Client, Organization};
use place::{Place, options};
use postern_store_sqlite::SqliteStore;
use store::{Batch, CommitError, EventQuery, Store, StoreExt as _, Write};
use store_suite::samples::{self, NOON, entity, event, insert, realm};

const WORKERS: usize = 8;

/// The names of one batch: an organization, a client, a budget and an event that belong together.
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
async fn is_there(store: &SqliteStore, round: u128, worker: usize, number: u64) -> bool {
    let name = name(round, worker, number);
    let organization = store.by_public_id::<Organization>(&realm(), &name).await.unwrap().is_some();
    let client = store.by_public_id::<Client>(&realm(), &name).await.unwrap().is_some();
    let query = EventQuery { target: Some(name), limit: 2, ..EventQuery::default() };
    let events = store.events(&query).await.unwrap().len();
    assert_eq!((client, events), (organization, usize::from(organization)), "half a batch");
    organization
}

/// Every acknowledged batch, at most the next one, and a budget that agrees.
async fn check(store: &SqliteStore, round: u128, acknowledged: [u64; WORKERS]) {
    for (worker, count) in acknowledged.into_iter().enumerate() {
        for number in 0..count {
            assert!(is_there(store, round, worker, number).await, "{round} {worker} {number}");
        }
        let next = u64::from(is_there(store, round, worker, count).await);
        assert!(!is_there(store, round, worker, count + 1).await);
        let spent = store.budget(budget(round, worker)).await.unwrap();
        assert_eq!(spent.used_in_day, count + next, "the budget agrees");
    }
}

/// Starts this program again for `test`; `limits` is a shell command before it.
fn start(test: &str, limits: &str, place: &Place, round: u128) -> Child {
    Command::new("sh")
        .args(["-c", &format!("{limits} exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .arg(format!("{TOLD}{round}:{}", place.file().display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

const TOLD: &str = "write-here:";

/// What [`start`] said; `None` when nobody did.
fn told() -> Option<(PathBuf, u128)> {
    let told = std::env::args().find_map(|it| it.strip_prefix(TOLD).map(str::to_owned))?;
    let (round, path) = told.split_once(':')?;
    Some((path.into(), round.parse().unwrap()))
}

/// Reads the acknowledgements of a child until it ends, and kills it after `patience` from the
/// first one.
fn acknowledgements(mut child: Child, patience: Option<Duration>) -> [u64; WORKERS] {
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut counts = [0; WORKERS];
    let mut deadline = None;
    for line in output.lines() {
        let line = line.unwrap();
        if let Some(patience) = patience {
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + patience);
            if Instant::now() >= deadline {
                child.kill().unwrap();
            }
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
    let status = child.wait().unwrap();
    assert_eq!(status.success(), patience.is_none(), "{status}");
    counts
}

fn acknowledge(worker: usize, number: u64) {
    println!("ack {worker} {number} end");
}

#[tokio::test]
async fn a_killed_writer_loses_nothing_it_acknowledged() {
    let place = Place::new();
    let mut total = 0;
    for round in 0..10 {
        let child = start("workers_write_whole_batches", "", &place, round);
        let patience = Duration::from_millis(5 + (SystemRng.u128() % 200) as u64);
        let acknowledged = acknowledgements(child, Some(patience));
        total += acknowledged.iter().sum::<u64>();
        check(&place.open(), round, acknowledged).await;
    }
    assert!(total > 100, "the writers got to write: {total}");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_write_whole_batches() {
    let Some((path, round)) = told() else {
        let place = Place::new();
        write(place.file(), 0, 20).await;
        return check(&place.open(), 0, [20; WORKERS]).await;
    };
    write(path, round, u64::MAX).await;
}

async fn write(path: PathBuf, round: u128, batches: u64) {
    let store = Arc::new(SqliteStore::open(path, &options()).unwrap());
    let started = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let store = Arc::clone(&store);
        workers.spawn(async move {
            for number in 0..batches {
                store.commit(one_batch(round, worker, number)).await.unwrap();
                acknowledge(worker, number);
                assert!(started.elapsed() < Duration::from_secs(60), "nobody killed it");
            }
        });
    }
    workers.join_all().await;
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_loses_nothing() {
    let place = Place::new();
    // No file may grow beyond 1 MiB (the unit is 512 bytes, in some shells 1024).
    let limits = "trap '' XFSZ; ulimit -f 2048;";
    let child = start("a_writer_survives_what_it_cannot_write", limits, &place, 0);
    let acknowledged = acknowledgements(child, None);
    assert!(acknowledged[0] > 10);
    let store = place.open();
    check(&store, 0, acknowledged).await;
    store.commit(one_batch(1, 0, 0)).await.unwrap();
    assert!(is_there(&store, 1, 0, 0).await, "with room again, it writes again");
}

#[tokio::test]
async fn a_writer_survives_what_it_cannot_write() {
    let place = Place::new();
    // Without the limit of the test above there is room enough for 50.
    let (path, most) = told().map_or_else(|| (place.file(), 50), |(path, _)| (path, 100_000));
    let store = SqliteStore::open(path, &options()).unwrap();
    let (mut number, mut refused) = (0, 0);
    // The first refusal makes the log start anew in the room it has; the third in a row is for good.
    while refused < 3 && number < most {
        match store.commit(one_batch(0, 0, number)).await {
            Ok(_) => {
                acknowledge(0, number);
                (number, refused) = (number + 1, 0);
            }
            Err(CommitError::Store(_)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(refused, if told().is_some() { 3 } else { 0 });
    assert!(is_there(&store, 0, 0, number - 1).await, "it still reads");
    assert!(!is_there(&store, 0, 0, number).await);
    store.ping().await.unwrap();
}
