//! Memory: idle, and the maximum under load.

use std::time::Duration;

use crate::load::wrk::Load;
use crate::memory::{self, Memory};
use crate::table::Row;

/// How long a server gets no requests before it counts as idle.
const IDLE_WAIT: Duration = Duration::from_secs(2);
const EVERY: Duration = Duration::from_millis(100);

/// The idle memory of `process`; it should be under `limit` MiB.
pub(crate) fn idle(what: &str, process: u32, limit: f64) -> Row {
    std::thread::sleep(IDLE_WAIT);
    row(what, memory::of(process), limit)
}

/// The maximum memory of `process` while `loads` run one after the other; it should be under
/// `limit` MiB.
pub(crate) fn loaded(what: &str, process: u32, loads: &[Load], limit: f64) -> Row {
    row(what, most(process, loads), limit)
}

fn most(process: u32, loads: &[Load]) -> Result<Memory, String> {
    std::thread::scope(|scope| {
        let running = scope.spawn(|| loads.iter().try_for_each(|load| load.run(5).map(drop)));
        let mut most = memory::of(process)?;
        while !running.is_finished() {
            std::thread::sleep(EVERY);
            let now = memory::of(process)?;
            most = Memory { rss: most.rss.max(now.rss), pss: most.pss.max(now.pss) };
        }
        running.join().map_err(|_| "the load panicked".to_owned())?.map(|()| most)
    })
}

fn row(what: &str, memory: Result<Memory, String>, limit: f64) -> Row {
    match memory {
        Ok(Memory { rss, pss }) => {
            let ours = format!("{rss:.1} MiB (PSS {pss:.1})");
            Row::limit(what, ours, format!("< {limit:.0} MiB"), rss < limit)
        }
        Err(problem) => Row::failed(what, &problem),
    }
}
