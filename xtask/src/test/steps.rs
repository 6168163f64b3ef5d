//! One step after another: a line each with its seconds, and the whole output of one that fails.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::tally::{self, Tally};
use crate::process::{self, Finished};

/// The variables that the tests read, and their values.
pub(super) type Variables = Vec<(String, String)>;

/// Runs steps and counts.
#[derive(Debug, Default)]
pub(super) struct Runner {
    total: Tally,
}

impl Runner {
    /// What was counted so far.
    pub(super) const fn total(&self) -> Tally {
        self.total
    }

    /// Does `work` as the step called `name`; a step is one of what passed or failed.
    pub(super) fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<T, String>,
    ) -> Option<T> {
        let started = begin(name);
        match work() {
            Ok(value) => {
                end(started, "ok");
                self.total.passed += 1;
                Some(value)
            }
            Err(problem) => {
                end(started, "FAILED");
                println!("{}", problem.trim_end());
                self.total.failed += 1;
                None
            }
        }
    }

    /// Runs `command` as a step: one passed or failed by its exit code.
    fn command(&mut self, name: &str, command: &mut Command) {
        self.step(name, || match process::run(command)? {
            Finished { status, .. } if status.success() => Ok(()),
            Finished { status, output } => Err(format!("{output}\n{name}: {status}")),
        });
    }

    /// Runs `command` as a step whose tests are counted by `count`. A failure that no test
    /// explains, such as a compile error, counts as one.
    fn suite(&mut self, name: &str, command: &mut Command, count: fn(&str) -> Tally) {
        let started = begin(name);
        let finished = match process::run(command) {
            Ok(finished) => finished,
            Err(problem) => {
                end(started, &format!("FAILED: {problem}"));
                self.total.failed += 1;
                return;
            }
        };
        let mut tally = count(&finished.output);
        if !finished.status.success() && tally.failed == 0 {
            tally.failed = 1;
        }
        end(started, &format!("{} passed, {} failed", tally.passed, tally.failed));
        if tally.failed > 0 {
            println!("{}\n{name}: {}", finished.output.trim_end(), finished.status);
        }
        self.total.add(tally);
    }
}

/// Format, lints, documentation and the rules of `tidy`.
pub(super) fn checks(root: &Path, runner: &mut Runner) {
    runner.command("format", cargo(root).args(["fmt", "--all", "--check"]));
    runner.step("tidy", || match crate::tidy::problems(root)? {
        problems if problems.is_empty() => Ok(()),
        problems => Err(problems),
    });
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];
    runner.command("clippy", cargo(root).args(clippy));
    let docs = ["doc", "--quiet", "--workspace", "--no-deps"];
    runner.command("docs", cargo(root).args(docs).env("RUSTDOCFLAGS", "-Dwarnings"));
}

/// All tests of the workspace.
pub(super) fn tests(root: &Path, variables: &Variables, runner: &mut Runner) {
    let setting = || variables.iter().map(|(name, value)| (name, value));
    let nextest = process::run(Command::new("cargo-nextest").args(["nextest", "--version"]));
    if nextest.is_ok_and(|finished| finished.status.success()) {
        let all = ["nextest", "run", "--cargo-quiet", "--workspace", "--no-fail-fast"];
        runner.suite("tests", cargo(root).args(all).envs(setting()), tally::nextest);
        let docs = ["test", "--quiet", "--doc", "--workspace", "--no-fail-fast"];
        runner.suite("doc tests", cargo(root).args(docs).envs(setting()), tally::libtest);
    } else {
        let all = ["test", "--workspace", "--no-fail-fast"];
        runner.suite("tests", cargo(root).args(all).envs(setting()), tally::libtest);
    }
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(root)
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "never");
    command
}

fn begin(name: &str) -> Instant {
    print!("{name:<16}");
    let _a_closed_terminal_is_fine = std::io::stdout().flush();
    Instant::now()
}

fn end(started: Instant, outcome: &str) {
    println!("{:>7.1} s  {outcome}", started.elapsed().as_secs_f64());
}
