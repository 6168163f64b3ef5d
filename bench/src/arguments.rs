//! The command line of the bench.

use std::path::PathBuf;

use crate::compare::Plan;

pub(crate) const HELP: &str = "\
Usage: cargo xtask bench [OPTIONS]

  --seconds N     of each round (5)
  --rounds N      of each side (3)
  --issue N       access tokens to issue while the database is watched (200000)
  --credentials N in the store for the cold start (100000)
  --revoke N      credentials while the delay is watched (500)
  --users N       who sign in and exchange codes (10)
  --plot PATH     the revocation delays as SVG
  --full          the same with 1000000 access tokens, and a million keys at the gate
  --only TEXT     only the work whose name contains TEXT
  --calibrate     the probe beside itself: what this machine's noise makes of equals
";

/// The parsed command line.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// The binary to measure.
    pub(crate) server: PathBuf,
    pub(crate) plan: Plan,
    pub(crate) issue: u64,
    pub(crate) credentials: u64,
    /// How many credentials are revoked, and where the chart is written.
    pub(crate) revoke: usize,
    pub(crate) chart: Option<PathBuf>,
    /// How many users exchange codes in turn.
    pub(crate) users: usize,
    full: bool,
    only: Option<String>,
    pub(crate) calibrate: bool,
}

impl Arguments {
    /// Reads the words after the program's name.
    ///
    /// # Errors
    /// With the word that was not understood.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Self {
            server: PathBuf::from("target/release/postern"),
            plan: Plan { seconds: 5, rounds: 3 },
            issue: 200_000,
            credentials: 100_000,
            revoke: 500,
            chart: None,
            users: 10,
            full: false,
            only: None,
            calibrate: false,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--server" => parsed.server = value()?.into(),
                "--seconds" => parsed.plan.seconds = number::<u32>(&value()?)?.max(1),
                "--rounds" => parsed.plan.rounds = number::<usize>(&value()?)?.max(1),
                "--issue" => parsed.issue = number(&value()?)?,
                "--credentials" => parsed.credentials = number(&value()?)?,
                "--revoke" => parsed.revoke = number::<usize>(&value()?)?.max(1),
                "--users" => parsed.users = number::<usize>(&value()?)?.max(1),
                "--plot" => parsed.chart = Some(value()?.into()),
                "--full" => (parsed.issue, parsed.full) = (1_000_000, true),
                "--only" => parsed.only = Some(value()?),
                "--calibrate" => parsed.calibrate = true,
                _ => return Err(format!("unknown: {word}\n\n{HELP}")),
            }
        }
        Ok(parsed)
    }

    /// Whether the work called `name` is requested.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }

    /// The same for slow work, which must be requested by name or by `--full`.
    pub(crate) fn wants_long(&self, name: &str) -> bool {
        self.full || (self.only.is_some() && self.wants(name))
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("expected a number, not {text}"))
}
