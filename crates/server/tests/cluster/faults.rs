//! The faults, one after the other. Each is repaired and followed by a quiet period.

use std::time::Duration;

use crate::history::{Endpoint, Fault, Span};
use crate::proxy::Mode;
use crate::site::{STALE_AFTER, Site};

/// The time after a fault: recovery, and a quiet period to judge.
const CALM: Duration = Duration::from_millis(4_000);
/// Longer than any memory is used without news.
const LONG: Duration = Duration::from_millis(STALE_AFTER.as_millis() as u64 + 3_000);

/// All faults.
pub(crate) fn all(site: &mut Site) {
    let moment = Duration::ZERO;
    database(site, "the database restarts in order", &|site| site.database.end(), moment);
    database(site, "the database restarts at once", &|site| site.database.kill(), moment);
    database(site, "the database is away for long", &|site| site.database.kill(), LONG);
    node_killed(site, 1);
    connections_reset(site, 2);
    connections_stall(site, 2);
    feeds_break(site);
    node_terminated(site, 0);
}

/// What is done to the site.
type FaultAction<'a> = &'a dyn Fn(&mut Site);

/// What is broken, which endpoints notice, and which of those have no other source of news.
struct Plan {
    name: &'static str,
    endpoints: Vec<Endpoint>,
    without_news: Vec<Endpoint>,
}

/// Causes the fault, waits for `lasting`, repairs it, and waits for the quiet period.
fn fault(
    site: &mut Site,
    plan: Plan,
    hurt: FaultAction<'_>,
    lasting: Duration,
    mend: FaultAction<'_>,
) {
    let Plan { name, endpoints, without_news } = plan;
    let start = site.world.now();
    hurt(site);
    std::thread::sleep(lasting);
    let mending = site.world.now();
    mend(site);
    let span = Span { start, end: site.world.now() };
    println!("{:>7.2} s to {:>6.2} s  {name}", start.as_secs_f64(), span.end.as_secs_f64());
    site.world.history().faults.push(Fault { name, span, mending, endpoints, without_news });
    std::thread::sleep(CALM);
}

/// The endpoints of a node. The verifiers that follow it have the other nodes' status lists.
fn node_itself(node: usize) -> Vec<Endpoint> {
    vec![Endpoint::Gate(node), Endpoint::OpenGate(node), Endpoint::Introspection(node)]
}

fn database(site: &mut Site, name: &'static str, stop: FaultAction<'_>, lasting: Duration) {
    let endpoints = site.endpoints();
    let plan = Plan { name, without_news: endpoints.clone(), endpoints };
    fault(site, plan, stop, lasting, &|site| site.database.restart());
}

fn node_killed(site: &mut Site, node: usize) {
    let plan = Plan {
        name: "a node is killed",
        endpoints: site.endpoints_of(node),
        without_news: Vec::new(),
    };
    let lasting = Duration::from_millis(1_500);
    fault(site, plan, &|site| site.nodes[node].kill(), lasting, &|site| site.nodes[node].start());
}

fn connections_reset(site: &mut Site, node: usize) {
    let name = "a node's connections to the database are reset";
    let plan = Plan { name, endpoints: site.endpoints_of(node), without_news: node_itself(node) };
    let reset = |site: &mut Site| site.runtime.block_on(site.proxies[node].reset());
    fault(site, plan, &reset, Duration::ZERO, &|_| {});
}

fn connections_stall(site: &mut Site, node: usize) {
    let name = "a node's connections to the database stall";
    let plan = Plan { name, endpoints: site.endpoints_of(node), without_news: node_itself(node) };
    let set = |mode: Mode| move |site: &mut Site| site.proxies[node].set(mode);
    fault(site, plan, &set(Mode::Stall), LONG, &set(Mode::Pass));
}

fn feeds_break(site: &mut Site) {
    let name = "one verifier's feed is cut, another's stalls";
    let endpoints = vec![site.world.verifier(0), site.world.verifier(1)];
    let set = |one: Mode, other: Mode| {
        move |site: &mut Site| {
            site.services[0].proxy.set(one);
            site.services[1].proxy.set(other);
        }
    };
    let plan = Plan { name, endpoints, without_news: Vec::new() };
    fault(site, plan, &set(Mode::Cut, Mode::Stall), LONG, &set(Mode::Pass, Mode::Pass));
}

fn node_terminated(site: &mut Site, node: usize) {
    let name = "a node is told to end";
    let plan = Plan { name, endpoints: site.endpoints_of(node), without_news: Vec::new() };
    let terminate = |site: &mut Site| {
        let ended = site.nodes[node].terminate();
        assert!(ended.success(), "it ended with {ended}:\n{}", site.nodes[node].log());
    };
    let lasting = Duration::from_secs(1);
    fault(site, plan, &terminate, lasting, &|site| site.nodes[node].start());
}
