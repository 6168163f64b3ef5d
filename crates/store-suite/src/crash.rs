//! The parts of a backend's `kill -9` test. A writing process acknowledges each batch on its
//! standard output. The test kills it, opens the store again and checks every acknowledged batch.
//!
//! The killed process is the test's own program, started again for one of its tests. It gets its
//! path from an argument, which the harness takes for one more filter.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{Digest, Id};
use domain::{
    BudgetLimits, BudgetSubject, Client, Credential, Organization, RefreshToken, Rotated,
};
use store::{Batch, EventQuery, Store, StoreExt as _, Version, Write};

use crate::samples::{self, NOON, entity, event, insert, realm};

/// How many workers write at once.
pub const WORKERS: usize = 8;

/// How many batches of each worker were acknowledged.
pub type Acknowledged = [u64; WORKERS];

/// The name of one batch's entities: an organization, a client, a budget and an event that belong
/// together.
fn name(round: u128, worker: usize, number: u64) -> String {
    format!("crash_{round}_{worker}_{number}")
}

fn budget(round: u128, worker: usize) -> BudgetSubject {
    BudgetSubject::Client(Id::from_u128(round * 1_000 + worker as u128))
}

fn family(round: u128, worker: usize) -> Id<Credential> {
    Id::from_u128(round * 1_000 + worker as u128)
}

/// The first token of a family, or the next one, which replaces the one before, as in a rotation of
/// a refresh token.
fn rotation(round: u128, worker: usize, number: u64) -> [Write; 2] {
    let id = family(round, worker);
    let generation = number as u32;
    let token = RefreshToken {
        rotated: Some(Rotated { generation, at: NOON }),
        ..samples::refresh_token()
    };
    let credential = Credential {
        id,
        public_id: format!("crash_{round}_{worker}").parse().unwrap(),
        digest: Digest::from_bytes([generation as u8; 32]),
        ..samples::credential_of(token.into())
    };
    let write = match number {
        0 => insert(credential),
        _ => Write::Replace { entity: entity(credential), expected: Version(number) },
    };
    let until = NOON.plus(Duration::from_secs(60));
    [Write::SpendOnce { id: code(round, worker, number), until, now: NOON }, write]
}

/// The one-time code that batch `number` uses.
fn code(round: u128, worker: usize, number: u64) -> u128 {
    (family(round, worker).as_u128() << 64) | u128::from(number)
}

/// A batch of six things that belong together.
pub fn one_batch(round: u128, worker: usize, number: u64) -> Batch {
    let public_id: domain::PublicId = name(round, worker, number).parse().unwrap();
    let organization = Organization { public_id: public_id.clone(), ..samples::organization() };
    let client = Client { public_id, ..samples::client() };
    let (subject, limits) = (budget(round, worker), BudgetLimits::default());
    let events = vec![event(&entity(organization.clone()))];
    let [spend, rotate] = rotation(round, worker, number);
    let writes = vec![
        insert(organization),
        Write::SpendBudget { subject, limits, now: NOON },
        spend,
        rotate,
        insert(client),
    ];
    Batch { writes, events }
}

/// Whether batch `number` was written. It must be whole or absent.
pub async fn is_there(store: &dyn Store, round: u128, worker: usize, number: u64) -> bool {
    let name = name(round, worker, number);
    let organization = store.by_public_id::<Organization>(&realm(), &name).await.unwrap().is_some();
    let client = store.by_public_id::<Client>(&realm(), &name).await.unwrap().is_some();
    let query = EventQuery { target: Some(name), limit: 2, ..EventQuery::default() };
    let events = store.events(&query).await.unwrap().len();
    let spent = store.spent(code(round, worker, number)).await.unwrap();
    assert_eq!((client, spent), (organization, organization), "half a batch");
    assert_eq!(events, usize::from(organization), "half a batch");
    organization
}

/// Checks that the store has every acknowledged batch, at most one more, and a budget and a family
/// of tokens that agree. Returns how many batches it has.
pub async fn check(store: &dyn Store, round: u128, acknowledged: Acknowledged) -> u64 {
    let mut written = 0;
    for (worker, count) in acknowledged.into_iter().enumerate() {
        for number in 0..count {
            assert!(is_there(store, round, worker, number).await, "{round} {worker} {number}");
        }
        let next = u64::from(is_there(store, round, worker, count).await);
        assert!(!is_there(store, round, worker, count + 1).await);
        let spent = store.budget(budget(round, worker)).await.unwrap();
        assert_eq!(spent.used_in_day, count + next, "the budget agrees");
        let family = store.by_id(family(round, worker)).await.unwrap();
        let reached =
            family.map(|it| (it.version, it.detail.members().rotated.unwrap().generation));
        let expected = (count + next).checked_sub(1).map(|it| (Version(it + 1), it as u32));
        assert_eq!(reached, expected, "no rotation is lost, and none is half");
        written += count + next;
    }
    written
}

/// Writes `batches` per worker, and acknowledges each on standard output.
pub async fn write(store: Arc<dyn Store>, round: u128, batches: u64) {
    let started = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let store = Arc::clone(&store);
        workers.spawn(async move {
            for number in 0..batches {
                store.commit(one_batch(round, worker, number)).await.unwrap();
                acknowledge(worker, number);
                assert!(started.elapsed() < Duration::from_secs(60), "it was not killed");
            }
        });
    }
    workers.join_all().await;
}

/// Acknowledges a batch.
pub fn acknowledge(worker: usize, number: u64) {
    // Written directly to the descriptor, because the harness captures printed text and a parent
    // process reads this.
    writeln!(std::io::stdout().lock(), "ack {worker} {number} end").unwrap();
}

const CHILD_ARGUMENT: &str = "write-here:";

/// Starts this program again for `test`, to write at `path`; `limits` is a shell command before it.
pub fn start(test: &str, limits: &str, path: &str, round: u128) -> Child {
    Command::new("sh")
        .args(["-c", &format!("{limits} exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .arg(format!("{CHILD_ARGUMENT}{round}:{path}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The path and round that [`start`] passed; `None` in a process that it did not start.
pub fn child_arguments() -> Option<(String, u128)> {
    let child_arguments =
        std::env::args().find_map(|it| it.strip_prefix(CHILD_ARGUMENT).map(str::to_owned))?;
    let (round, path) = child_arguments.split_once(':')?;
    Some((path.to_owned(), round.parse().unwrap()))
}

/// Reads the acknowledgements of a child until it ends. If `patience` is set, kills the child after
/// that time from the first one.
pub fn acknowledgements(mut child: Child, patience: Option<Duration>) -> Acknowledged {
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut counts = [0; WORKERS];
    let mut deadline = None;
    for line in output.lines() {
        let line = line.unwrap();
        let Some((_, acknowledged)) = line.split_once("ack ") else { continue };
        if let Some(patience) = patience {
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + patience);
            if Instant::now() >= deadline {
                child.kill().unwrap();
            }
        }
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
