//! Processor time of a process, as the kernel reports it.

use std::time::Duration;

/// A tick of `/proc/PID/stat`, on every Linux of today (`getconf CLK_TCK`).
const TICK: Duration = Duration::from_millis(10);

/// The processor time of all threads of `process` so far, in user mode and in the kernel (proc(5),
/// fields 14 and 15).
///
/// # Errors
/// When the process is gone.
pub(crate) fn of(process: u32) -> Result<Duration, String> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    let stat = stat.map_err(|problem| format!("processor time of {process}: {problem}"))?;
    ticks(&stat).map(|ticks| TICK * ticks).ok_or_else(|| format!("/proc/{process}/stat: {stat}"))
}

fn ticks(stat: &str) -> Option<u32> {
    // The name, in parentheses, may hold spaces; the third field follows it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let (user, kernel): (u32, u32) = (times.next()?.parse().ok()?, times.next()?.parse().ok()?);
    Some(user + kernel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_times_are_found_behind_an_odd_name() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 123 45 0 0 20 0 4 0 100 1000 10";
        assert_eq!(ticks(stat), Some(168));
        assert_eq!(ticks("7 (a) S 1"), None);
    }

    #[test]
    fn a_busy_process_has_time() {
        let end = std::time::Instant::now() + Duration::from_millis(60);
        while std::time::Instant::now() < end {}
        assert!(of(std::process::id()).unwrap() >= TICK);
    }
}
