//! The time from the answer to a revocation until every observer refuses: three nodes on one
//! PostgreSQL, the gate of each, and four services that verify JWTs themselves and follow the feed
//! of a node, all under load, and while strangers present junk everywhere. What is revoked may be a signing key.
//!
//! The clock starts when the answer has arrived. It stops when an observer that checks every
//! millisecond has received its refusal, so the time of a check counts. Everything shares the
//! machine's two cores.

mod case;
mod chart;
mod delays;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base::{Rng as _, Secret, SystemRng};
use tokio::task::JoinSet;
use verify::{Presented, Verifier};

use self::case::{Case, Change, junk};
use self::delays::{Delays, millis};
use self::watch::{Sort, Watch};
use crate::children::Core;
use crate::gate::CONTACTS;
use crate::key_set::basic;
use crate::load::pump::{self, SendRate, Stream, round};
use crate::load::request::Request;
use crate::load::request_source::exchange;
use crate::postgres::Postgres;
use crate::scratch::Scratch;
use crate::subject::gated::{Gated, Setting};
use crate::subject::rfc::{JWT_API, Pair};
use crate::table::Row;
use crate::verifying::request;

/// The name in the table.
pub(crate) const NAME: &str = "revocation";
const NODES: [&str; 3] = ["one", "two", "three"];
const VERIFIERS: usize = 4;
/// Requests a second at the gate of each node, and tokens a second that one of them issues.
const GATE_RATE: f64 = 500.0;
const ISSUED: f64 = 50.0;
/// Junk tokens a second at the gate of each node, and the time between two at each service.
const JUNK: f64 = 100.0;
const JUNK_INTERVAL: Duration = Duration::from_millis(10);
/// How many junk tokens there are; each names a key of its own.
const JUNK_TOKENS: usize = 1_000;
/// The limit on the 99th percentile, in milliseconds.
const LIMIT: f64 = 1_000.0;

/// The delay that an observer saw.
struct ObservedDelay {
    sort: Sort,
    millis: f64,
}

/// Makes `count` revocations and writes the chart to `plot`, if that is given.
///
/// # Errors
/// The first error, also when a revoked credential is accepted again.
pub(crate) fn rows(
    program: &Path,
    scratch: &Scratch,
    (count, chart): (usize, Option<&PathBuf>),
) -> Result<Vec<Row>, String> {
    let postgres = Postgres::start()?;
    let url = postgres.url();
    let setting = |name| Setting { program, scratch, name, database: &url, core: Core::Any };
    let [one, two, three] = NODES;
    let one = Gated::start(setting(one))?;
    let [two, three] = [one.another(setting(two))?, one.another(setting(three))?];
    let nodes = [one, two, three];
    let cases = cases(&nodes, count)?;
    let seen = cases.first().ok_or("no revocations")?.begin(&nodes[0])?;
    let junk = (0..JUNK_TOKENS).map(|number| junk(number, &seen)).collect();
    let fixture = Fixture { cases, machines: machines(&nodes)?, junk, nodes };
    eprintln!("bench: {count} revocations");
    let stop = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let loading = scope.spawn(|| fixture.load(&stop));
        let seen = fixture.revoke();
        stop.store(true, Ordering::Relaxed);
        loading.join().map_err(|_| "the load panicked".to_owned())??;
        seen
    })?;
    table_rows(&seen, chart)
}

fn table_rows(seen: &[Vec<ObservedDelay>], chart: Option<&PathBuf>) -> Result<Vec<Row>, String> {
    let of = |sort| {
        let all = seen.iter().flatten().filter(|seen| seen.sort == sort);
        Delays::of(all.map(|seen| seen.millis).collect())
    };
    let same = ("gate of the node that revoked", of(Sort::SameGate));
    let other = ("gates of the two other nodes", of(Sort::OtherGate));
    let services = ("services with crates/verify", of(Sort::Verifier));
    let last = |seen: &Vec<ObservedDelay>| seen.iter().map(|seen| seen.millis).fold(0.0, f64::max);
    let all = ("all: until the last of them refuses", Delays::of(seen.iter().map(last).collect()));
    let groups = [&same, &other, &services, &all].map(|(name, delays)| (*name, delays));
    if let Some(file) = chart {
        let caption = format!(
            "{} revocations at random nodes: 3 nodes on PostgreSQL, {VERIFIERS} services, under load, 2 cores",
            seen.len()
        );
        let written = std::fs::write(file, chart::draw(&caption, &groups));
        written.map_err(|problem| format!("{}: {problem}", file.display()))?;
    }
    let key = seen.iter().zip(Change::ALL.into_iter().cycle());
    let key = key.filter(|(_, change)| *change == Change::SigningKey).map(|(seen, _)| last(seen));
    let key = ("a signing key: until the last of them refuses", Delays::of(key.collect()));
    let row = |(name, delays): (&str, &Delays)| {
        let what = format!("revocation, {name} (p50 / p90 / p99 / max)");
        let p99 = delays.percentile(99.0);
        let target = format!("p99 < {}", millis(LIMIT));
        Row::limit(&what, delays.in_words(), target, delays.count() > 0 && p99 < LIMIT)
    };
    Ok(groups.into_iter().chain([(key.0, &key.1)]).map(row).collect())
}

fn cases(nodes: &[Gated; 3], count: usize) -> Result<Vec<Case>, String> {
    let [one, ..] = nodes;
    let mut admin = one.admin()?;
    let changes = Change::ALL.into_iter().cycle().take(count);
    changes.map(|change| Case::make(&mut admin, change)).collect()
}

/// The clients that request tokens under load, and the keys that are presented.
fn machines(nodes: &[Gated; 3]) -> Result<(Vec<Pair>, Vec<Pair>), String> {
    let [one, ..] = nodes;
    Ok((one.machines()?, one.keys()?))
}

/// Presents junk to a service, without end.
async fn present(verifier: Arc<Verifier>, junk: Vec<String>) {
    for token in junk.iter().cycle() {
        let presented = Presented::Bearer(Secret::new(token));
        // What it answers is judged by the observers: nothing else may wait for it.
        let _ = verifier.verify(&presented, &request()).await;
        tokio::time::sleep(JUNK_INTERVAL).await;
    }
}

/// Nodes, load and observers.
struct Fixture {
    nodes: [Gated; 3],
    cases: Vec<Case>,
    machines: (Vec<Pair>, Vec<Pair>),
    /// Tokens that strangers present.
    junk: Vec<String>,
}

impl Fixture {
    /// Sends active keys to every gate and requests new tokens at one node, until `stop`.
    fn load(&self, stop: &AtomicBool) -> Result<(), String> {
        let (machines, keys) = &self.machines;
        std::thread::scope(|scope| {
            let loads = self.nodes.iter().enumerate().map(|(number, node)| {
                scope.spawn(move || {
                    let ask = |(id, secret): &Pair| node.asks(CONTACTS, &basic(id, secret)).bytes();
                    let asked: Vec<_> = keys.iter().map(ask).collect();
                    let mint = |machine| node.ask_token(machine, JWT_API).bytes();
                    let minted: Vec<_> = machines.iter().map(mint).collect();
                    let junk = |it: &String| node.asks(CONTACTS, &format!("Bearer {it}")).bytes();
                    let junk: Vec<_> = self.junk.iter().map(junk).collect();
                    let steady = |requests, rate| Stream {
                        connections: 8,
                        rate: SendRate::Open(rate),
                        ..Stream::closed(round(requests))
                    };
                    while !stop.load(Ordering::Relaxed) {
                        let refused = Stream { status: 401, ..steady(&junk, JUNK) };
                        let mut streams = vec![steady(&asked, GATE_RATE), refused];
                        if number == 0 {
                            streams.push(steady(&minted, ISSUED));
                        }
                        pump::run(node.home.port, Duration::from_secs(1), streams)?;
                    }
                    Ok::<(), String>(())
                })
            });
            let loads: Vec<_> = loads.collect();
            let join = |load: std::thread::ScopedJoinHandle<'_, Result<(), String>>| {
                load.join().map_err(|_| "a load panicked".to_owned())?
            };
            loads.into_iter().try_for_each(join)
        })
    }

    /// Makes the changes one after the other. Returns what was seen of each.
    fn revoke(&self) -> Result<Vec<Vec<ObservedDelay>>, String> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all();
        let runtime = runtime.build().map_err(|problem| format!("runtime: {problem}"))?;
        runtime.block_on(async {
            let verifiers = self.verifiers()?;
            let mut strangers = JoinSet::new();
            for verifier in &verifiers {
                strangers.spawn(present(Arc::clone(verifier), self.junk.clone()));
            }
            let mut all = Vec::with_capacity(self.cases.len());
            for case in &self.cases {
                let seen = self.one(case, &verifiers).await;
                all.push(seen.map_err(|problem| format!("{:?}: {problem}", case.change))?);
            }
            Ok(all)
        })
    }

    fn verifiers(&self) -> Result<Vec<Arc<Verifier>>, String> {
        let [one, ..] = &self.nodes;
        let issuer = format!("http://127.0.0.1:{}", one.home.port);
        let of_node = |node: &Gated| {
            let base = format!("http://127.0.0.1:{}", node.home.port);
            let builder = Verifier::builder().issuer(&issuer).audience(JWT_API);
            let builder = builder.jwks_url(format!("{base}/jwks.json"));
            let verifier = builder.follow(format!("{base}/feed")).build();
            verifier.map(Arc::new).map_err(|problem| problem.to_string())
        };
        self.nodes.iter().cycle().take(VERIFIERS).map(of_node).collect()
    }

    /// Makes the change at a random node, and waits until every observer that should refuse does.
    async fn one(
        &self,
        case: &Case,
        verifiers: &[Arc<Verifier>],
    ) -> Result<Vec<ObservedDelay>, String> {
        let answering = (SystemRng.u128() % self.nodes.len() as u128) as usize;
        let node = self.nodes.get(answering).ok_or("no such node")?;
        let token = tokio::task::block_in_place(|| case.begin(node))?;
        let mut watches = self.watches((case, &token), answering, verifiers).await?;
        for watch in &mut watches {
            watch.until_let_in().await?;
        }
        let mut looking = JoinSet::new();
        for mut watch in watches {
            looking.spawn(async move {
                let refused = watch.until_refused().await?;
                Ok::<_, String>((watch, refused))
            });
        }
        let answered = self.change(case.request(node, &token)?, node).await?;
        let mut seen = Vec::new();
        let mut watches = Vec::new();
        while let Some(looked) = looking.join_next().await {
            let (watch, refused) = looked.map_err(|problem| problem.to_string())??;
            let delay = refused.saturating_duration_since(answered);
            seen.push(ObservedDelay { sort: watch.sort, millis: delay.as_secs_f64() * 1e3 });
            watches.push(watch);
        }
        for watch in &mut watches {
            if !watch.refuses().await? {
                return Err(format!("{:?} let it in again", watch.sort));
            }
        }
        Ok(seen)
    }

    async fn watches(
        &self,
        (case, token): (&Case, &str),
        answering: usize,
        verifiers: &[Arc<Verifier>],
    ) -> Result<Vec<Watch>, String> {
        let mut watches = Vec::new();
        for (number, node) in self.nodes.iter().enumerate() {
            let sort = if number == answering { Sort::SameGate } else { Sort::OtherGate };
            let key = case.change.ends_key().then(|| case.key());
            let bearer = case.change.ends_token().then(|| format!("Bearer {token}"));
            for value in [key, bearer].into_iter().flatten() {
                let asked = node.asks(CONTACTS, &value);
                watches.push(Watch::gate(sort, node.home.port, asked).await?);
            }
        }
        if case.change.ends_token() {
            watches.extend(verifiers.iter().map(|it| Watch::service(it, token)));
        }
        Ok(watches)
    }

    /// The time at which the answer arrived.
    async fn change(&self, request: Request, node: &Gated) -> Result<Instant, String> {
        let broken = |problem: std::io::Error| problem.to_string();
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", node.home.port));
        let mut stream = stream.await.map_err(broken)?;
        let answer = exchange(&mut stream, &request, &mut Vec::new()).await?;
        let answered = Instant::now();
        match answer.status {
            200..300 => Ok(answered),
            _ => Err(answer.in_words()),
        }
    }
}
