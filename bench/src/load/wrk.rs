//! Runs `wrk`: one thread on the load's core, 16 kept-alive connections, closed loop.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::lua;
use super::request::Request;

/// The core of the load; the server has [`crate::children::SERVER_CORE`].
pub(crate) const LOAD_CORE: &str = "1";
const CONNECTIONS: &str = "-c16";

/// A load ready to be run against a server.
#[derive(Debug)]
pub(crate) struct Load {
    script: PathBuf,
    port: u16,
}

/// What one run of a load measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Answered requests.
    pub(crate) requests: u64,
    /// Answered requests a second.
    pub(crate) rate: f64,
    /// Milliseconds within which half of the answers came.
    pub(crate) p50: f64,
    /// Milliseconds within which 99 of 100 answers came.
    pub(crate) p99: f64,
}

impl Load {
    /// Writes the script called `name` into `folder`.
    ///
    /// # Errors
    /// When it cannot be written, or there is nothing to send.
    pub(crate) fn new(
        folder: &Path,
        name: &str,
        port: u16,
        requests: &[Request],
    ) -> Result<Self, String> {
        if requests.is_empty() {
            return Err(format!("{name}: nothing to send"));
        }
        let script = folder.join(format!("{name}.lua"));
        let written = std::fs::write(&script, lua::script(requests));
        written.map_err(|problem| format!("{}: {problem}", script.display()))?;
        Ok(Self { script, port })
    }

    /// Loads the server for `seconds`.
    ///
    /// # Errors
    /// When `wrk` fails, or a single request failed or was answered with an error: such a rate
    /// would mean nothing.
    pub(crate) fn run(&self, seconds: u32) -> Result<Sample, String> {
        let output = Command::new("taskset")
            .args(["-c", LOAD_CORE, "wrk", "-t1", CONNECTIONS])
            .args([&format!("-d{seconds}s"), "-s"])
            .arg(&self.script)
            .arg(format!("http://127.0.0.1:{}", self.port))
            .stdin(Stdio::null())
            .output()
            .map_err(|problem| format!("wrk: {problem}"))?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let measured = printed.lines().find_map(|line| line.strip_prefix(lua::MARK));
        sample(measured.unwrap_or_default()).map_err(|problem| {
            let errors = String::from_utf8_lossy(&output.stderr);
            format!("{}: {problem}\n{printed}{errors}", self.script.display())
        })
    }
}

fn sample(line: &str) -> Result<Sample, String> {
    let numbers: Vec<u64> = line.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    match numbers.as_slice() {
        [requests, micros, p50, p99, 0] if *requests > 0 && *micros > 0 => Ok(Sample {
            requests: *requests,
            rate: *requests as f64 * 1e6 / *micros as f64,
            p50: *p50 as f64 / 1e3,
            p99: *p99 as f64 / 1e3,
        }),
        [requests, .., failed] if *failed > 0 => {
            Err(format!("{failed} of {requests} requests failed"))
        }
        _ => Err("wrk measured nothing".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_run_is_a_sample() {
        let sample = sample(" 50000 5000000 1200 3400 0").unwrap();
        assert_eq!((sample.rate, sample.p50, sample.p99), (10_000.0, 1.2, 3.4));
    }

    #[test]
    fn a_run_with_a_failed_request_is_none() {
        assert!(sample(" 50000 5000000 1200 3400 1").is_err());
        assert!(sample("").is_err());
    }
}
