//! The report: how long revocations took, per kind of endpoint, in the output and as lines of JSON
//! in a file.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::history::History;
use crate::judge::Delay;

/// Prints the delays and writes them to `file`.
pub(crate) fn delays(delays: &[Delay], file: &Path) {
    let mut kinds: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for delay in delays {
        kinds.entry(delay.endpoint.kind()).or_default().push(delay.delay);
    }
    println!("from the acknowledgement of a revocation to refusal, in calm times:");
    let mut lines = String::new();
    for (kind, mut delays) in kinds {
        delays.sort();
        let at = |part: usize| delays[(delays.len() * part / 100).min(delays.len() - 1)];
        let reported = [at(50), at(99), at(100)].map(milliseconds);
        let [p50, p99, max] = reported;
        println!(
            "{kind:<18} {:>5} times  p50 {p50:>6.1} ms  p99 {p99:>6.1} ms  max {max:>6.1} ms",
            delays.len()
        );
        let all: Vec<f64> = delays.iter().copied().map(milliseconds).collect();
        let line = json!({
            "door": kind, "count": delays.len(), "p50_ms": p50, "p99_ms": p99, "max_ms": max,
            "delays_ms": all,
        });
        lines.push_str(&format!("{line}\n"));
    }
    std::fs::write(file, lines).unwrap();
    println!("each of them: {}", file.display());
}

/// All lines of the report.
pub(crate) fn lines(history: &History) -> String {
    fn of<T: std::fmt::Debug>(all: &[T]) -> impl Iterator<Item = String> {
        all.iter().enumerate().map(|(n, it)| format!("{n} {it:?}\n"))
    }
    let things = of(&history.credentials).chain(of(&history.changes)).chain(of(&history.faults));
    let requests = of(&history.calls).chain(of(&history.refreshes)).chain(of(&history.spends));
    things.chain(requests).chain(of(&history.read_back)).collect()
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}
