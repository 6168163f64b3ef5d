//! Tasks of the workspace: `cargo xtask tidy`, `test`, `bench`.
//!
//! Owns the list of tasks. Each task is a module that returns whether it went well; the exit code is
//! 0 when it did, 1 when not, 2 for a command that does not exist.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task speaks to the terminal")]

mod bench;
mod environment;
mod fuzz;
mod packages;
mod process;
mod test;
mod tidy;
mod tools;
mod venv;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask TASK

  tidy              check what no compiler checks: imports, file sizes, names, leftovers
  tidy --modules    show the circles between modules, and an order from bottom to top
  test              everything: install what is missing, then format, lints, docs, tidy, all tests
  with -- COMMAND   run COMMAND with what `test` sets up: PostgreSQL, the outside clients
  fuzz [TARGET…] [--seconds N]
                    run each fuzz target, or those named, for a minute or N seconds
  bench [OPTIONS]   measure the server beside a ceiling probe and print one table (see --help)
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match task.as_str() {
        "tidy" if rest == ["--modules"] => tidy::modules(&workspace::root()),
        "tidy" => tidy::run(&workspace::root()),
        "test" => test::run(&workspace::root()),
        "with" => test::with(&workspace::root(), &rest),
        "fuzz" => fuzz::run(&workspace::root(), &rest),
        "bench" => bench::run(&workspace::root(), &rest),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("cargo xtask {task}: {problem}");
            ExitCode::FAILURE
        }
    }
}
