//! The faults, one after the other, each mended and followed by a calm.

use std::time::Duration;

use crate::history::{Door, Fault, Span};
use crate::proxy::Mode;
use crate::site::{STALE_AFTER, Site};

/// After a fault: recovery, and a little calm to judge in.
const CALM: Duration = Duration::from_millis(4_000);
/// Longer than anything is believed without word.
const LONG: Duration = Duration::from_millis(STALE_AFTER.as_millis() as u64 + 3_000);

/// All of them.
pub(crate) fn all(site: &mut Site) {
    database_restarts(site, "the database restarts in order", |site| site.database.end());
    database_restarts(site, "the database restarts at once", |site| site.database.kill());
    database_away(site);
    node_killed(site, 1);
    connections_reset(site, 2);
    connections_stall(site, 2);
    feeds_break(site);
    node_terminated(site, 0);
}

/// Does `work` as a fault.
fn fault(
    site: &mut Site,
    name: &'static str,
    doors: Vec<Door>,
    in_the_dark: Vec<Door>,
    work: impl FnOnce(&mut Site),
) {
    let start = site.world.now();
    work(site);
    let span = Span { start, end: site.world.now() };
    println!("{:>7.2} s to {:>6.2} s  {name}", start.as_secs_f64(), span.end.as_secs_f64());
    site.world.history().faults.push(Fault { name, span, doors, in_the_dark });
    wait(CALM);
}

/// A node's own doors. Verifiers that follow it have the other nodes' status lists.
fn node_itself(node: usize) -> Vec<Door> {
    vec![Door::Gate(node), Door::OpenGate(node), Door::Introspection(node)]
}

fn wait(time: Duration) {
    std::thread::sleep(time);
}

fn database_restarts(site: &mut Site, name: &'static str, stop: impl FnOnce(&mut Site)) {
    let doors = site.doors();
    fault(site, name, doors.clone(), doors, |site| {
        stop(site);
        site.database.restart();
    });
}

fn database_away(site: &mut Site) {
    let doors = site.doors();
    fault(site, "the database is away for long", doors.clone(), doors, |site| {
        site.database.kill();
        wait(LONG);
        site.database.restart();
    });
}

fn node_killed(site: &mut Site, node: usize) {
    let doors = site.doors_of(node);
    fault(site, "a node is killed", doors, Vec::new(), |site| {
        site.nodes[node].kill();
        wait(Duration::from_millis(1_500));
        site.nodes[node].start();
    });
}

fn connections_reset(site: &mut Site, node: usize) {
    let doors = site.doors_of(node);
    let alone = node_itself(node);
    fault(site, "a node's connections to the database are reset", doors, alone, |site| {
        site.runtime.block_on(site.proxies[node].reset());
    });
}

fn connections_stall(site: &mut Site, node: usize) {
    let doors = site.doors_of(node);
    let alone = node_itself(node);
    fault(site, "a node's connections to the database stall", doors, alone, |site| {
        site.proxies[node].set(Mode::Stall);
        wait(LONG);
        site.proxies[node].set(Mode::Pass);
    });
}

fn feeds_break(site: &mut Site) {
    let doors = vec![site.world.verifier(0), site.world.verifier(1)];
    fault(site, "one verifier's feed is cut, another's stalls", doors, Vec::new(), |site| {
        site.services[0].proxy.set(Mode::Cut);
        site.services[1].proxy.set(Mode::Stall);
        wait(LONG);
        site.services[0].proxy.set(Mode::Pass);
        site.services[1].proxy.set(Mode::Pass);
    });
}

fn node_terminated(site: &mut Site, node: usize) {
    let doors = site.doors_of(node);
    fault(site, "a node is told to end", doors, Vec::new(), |site| {
        let ended = site.nodes[node].terminate();
        assert!(ended.success(), "it ended with {ended}:\n{}", site.nodes[node].log());
        wait(Duration::from_millis(1_000));
        site.nodes[node].start();
    });
}
