//! Several nodes on one PostgreSQL, with gateways and services around them, under load and with
//! faults. The recorded history of requests and answers is compared with the promises.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "these are tests"
)]

mod faults;
mod gateways;
mod history;
mod judge;
mod load;
mod node;
mod proxy;
mod report;
mod site;
mod verifiers;
mod world;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{Clock as _, SystemClock};
use serde_json::Value;

use history::{Endpoint, ReadBack, State, Subject};
use judge::Limits;
use site::{NODES, STALE_AFTER, Site};
use world::World;

const LIMITS: Limits = Limits {
    calm: Duration::from_secs(1),
    stale: STALE_AFTER,
    stale_introspection: Duration::from_secs(10),
    margin: Duration::from_secs(1),
    recovery: Duration::from_secs(3),
};

#[test]
fn the_promises_hold_on_three_nodes_under_every_fault() {
    let began = Instant::now();
    let seed = seed();
    println!("POSTERN_TEST_SEED={seed}");
    let mut site = Site::start();
    println!("everything runs after {:?}", began.elapsed());
    let entered = site.runtime.handle().clone();
    let _inside = entered.enter();
    let load = load::start(&site.world, &site.ground, seed);
    std::thread::sleep(Duration::from_secs(10));
    faults::all(&mut site);
    site.world.end();
    let world = Arc::clone(&site.world);
    site.runtime.block_on(async {
        for ended in load.join_all().await {
            let () = ended;
        }
        show_all(&world).await;
        read_back(&world).await;
    });
    let history = world.history().clone();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("revocation-delays.jsonl");
    report::delays(&judge::delays(&history, &LIMITS), &file);
    // Kept for a later look at the findings.
    std::fs::write(file.with_file_name("cluster-history.txt"), report::lines(&history)).unwrap();
    let found = judge::judge(&history, &LIMITS);
    println!(
        "{} calls, {} changes, {} refreshes, {} budgeted; took {:?}",
        history.calls.len(),
        history.changes.len(),
        history.refreshes.len(),
        history.spends.len(),
        began.elapsed()
    );
    let mut broken = summary(&found);
    broken.extend(unexpected(&site));
    logs_are_clean(&site, &world.secrets());
    assert!(broken.is_empty(), "broken: {broken:#?}");
    for (rule, least) in EXERCISED {
        let decided = found.decided.get(rule).copied().unwrap_or(0);
        assert!(decided >= *least, "only {decided} times: {rule}");
    }
}

/// How often each rule must have decided: a rule that never decided proves nothing.
const EXERCISED: &[(&str, usize)] = &[
    ("no revoked credential is accepted after the limit", 500),
    ("no revoked credential is accepted after the stale limit in a fault", 100),
    ("no good credential is refused", 2_000),
    ("good credentials are answered while nothing is broken", 1_000),
    ("known credentials are answered from memory while it is fresh", 100),
    ("closed routes are 503 after the stale limit", 30),
    ("open routes are answered from memory all the while", 50),
    ("a refresh token has one successor", 200),
    ("a replayed family stays closed", 2),
    ("no budget is exceeded", 3),
    ("no budget is refused before it is spent", 10),
    ("what was acknowledged as made is there at the end", 300),
    ("what was acknowledged as changed is so at the end", 50),
];

/// How often each rule decided, and the first broken promises of each.
fn summary(found: &judge::Findings) -> Vec<String> {
    for (rule, decided) in &found.decided {
        let broken = found.breaches.iter().filter(|it| it.rule == *rule).count();
        println!("{decided:>6} times, {broken} broken: {rule}");
    }
    let mut reported = Vec::new();
    for rule in found.decided.keys() {
        let breaches: Vec<_> = found.breaches.iter().filter(|it| it.rule == *rule).collect();
        let first = breaches.iter().take(6).map(|it| format!("{rule}: {}", it.reported));
        reported.extend(first);
        if breaches.len() > 6 {
            reported.push(format!("{rule}: and {} more", breaches.len() - 6));
        }
    }
    reported
}

/// Answers that must never happen, with the matching lines of the logs.
fn unexpected(site: &Site) -> Vec<String> {
    let logs: Vec<String> = site.nodes.iter().map(node::Node::log).collect();
    let of = |id: &str| {
        let lines = logs.iter().flat_map(|log| log.lines()).filter(|line| line.contains(id));
        lines.collect::<Vec<_>>().join("\n")
    };
    site.world.unexpected().iter().map(|it| format!("{}\n{}", it.reported, of(&it.id))).collect()
}

/// Presents every credential once more at the gate of every node.
async fn show_all(world: &World) {
    let all = world.held().clone();
    for held in &all {
        let at = |node| world.show(Endpoint::Gate(node), held);
        tokio::join!(at(0), at(1), at(2));
    }
}

/// The state of every entity in the admin API of every node.
async fn read_back(world: &World) {
    let mut subject = Subject(0);
    let made = world.history().made.clone();
    let last = made.iter().copied().max().unwrap_or(subject);
    while subject <= last {
        if let Some(place) = world.admin_path(subject) {
            let at = |node| world.admin(node, "GET", &place, None);
            let reported: [_; NODES] = tokio::join!(at(0), at(1), at(2)).into();
            for (node, reported) in reported.into_iter().enumerate() {
                let state = state(reported.unwrap_or_else(|| panic!("node {node} is silent")));
                world.history().read_back.push(ReadBack { node, subject, state });
            }
        }
        subject = Subject(subject.0 + 1);
    }
}

fn state((status, reported): (u16, Value)) -> State {
    match (status, reported["status"].as_str()) {
        (404, _) => State::Missing,
        (200, Some("suspended")) => State::Bad,
        (200, _) if reported["revoked"].is_null() => State::Good,
        (200, _) => State::Bad,
        _ => panic!("{status} {reported}"),
    }
}

/// The logs have no panic and no secret.
fn logs_are_clean(site: &Site, secrets: &[String]) {
    let nodes = site.nodes.iter().map(|node| ("a node", node.log()));
    for (name, log) in nodes.chain(site.gateways.logs()) {
        assert!(!log.contains("panicked"), "{name}: {log}");
        for secret in secrets {
            assert!(secret.len() > 20 && !log.contains(secret.as_str()), "a secret of {name}");
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place where this test learns of its seed")]
fn seed() -> u64 {
    let given = std::env::var("POSTERN_TEST_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| SystemClock.now().millis().unsigned_abs())
}
