//! One step after another: a line each with its seconds, and the whole output of one that fails.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::tally::Tally;
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

    /// Does `work` as the step called `name`. Where it cannot be done the run goes on without it,
    /// and says why; nothing is counted.
    pub(super) fn optional<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<T, String>,
    ) -> Option<T> {
        let started = begin(name);
        match work() {
            Ok(value) => {
                end(started, "ok");
                Some(value)
            }
            Err(problem) => {
                end(started, "left out");
                println!("{}", problem.trim_end());
                None
            }
        }
    }

    /// Runs `command` as a step: one passed or failed by its exit code.
    pub(super) fn command(&mut self, name: &str, command: &mut Command) {
        self.step(name, || match process::run(command)? {
            Finished { status, .. } if status.success() => Ok(()),
            Finished { status, output } => Err(format!("{output}\n{name}: {status}")),
        });
    }

    /// Runs `command` as a step whose tests are counted by `count`. A failure that no test
    /// explains, such as a compile error, counts as one.
    pub(super) fn suite(&mut self, name: &str, command: &mut Command, count: fn(&str) -> Tally) {
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

/// The programs that are documented: those without a library of the same name.
const PROGRAMS: &[&str] = &["postern", "postern-bench", "xtask"];

/// Format, lints, documentation and the rules of `tidy`.
///
/// Clippy is first and checks the most: what it made of the dependencies serves the documentation
/// as well, if that has the same features. `--examples` is what gives it the same ones, those of
/// the dependencies for tests included; without it half of all dependencies are checked again.
pub(super) fn checks(root: &Path, runner: &mut Runner) {
    runner.command("format", cargo().args(["fmt", "--all", "--check"]).current_dir(root));
    runner.step("tidy", || match crate::tidy::problems(root)? {
        problems if problems.is_empty() => Ok(()),
        problems => Err(problems),
    });
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];
    runner.command("clippy", cargo().args(clippy).current_dir(root));
    let docs = ["doc", "--quiet", "--workspace", "--no-deps", "--lib", "--examples"];
    let mut rustdoc = cargo();
    rustdoc.args(docs).args(PROGRAMS.iter().flat_map(|name| ["--bin", name]));
    rustdoc.current_dir(root).env("RUSTDOCFLAGS", "-Dwarnings");
    runner.command("docs", &mut rustdoc);
}

/// Cargo, without colours and progress bars.
pub(super) fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");
    command
}

/// The line of the whole run.
pub(super) fn summary(started: Instant) {
    print!("{:<16}", "all steps");
    let seconds = started.elapsed().as_secs();
    end(started, &format!("{} min {:02} s", seconds / 60, seconds % 60));
}

fn begin(name: &str) -> Instant {
    print!("{name:<16}");
    let _a_closed_terminal_is_fine = std::io::stdout().flush();
    Instant::now()
}

fn end(started: Instant, outcome: &str) {
    println!("{:>7.1} s  {outcome}", started.elapsed().as_secs_f64());
}
