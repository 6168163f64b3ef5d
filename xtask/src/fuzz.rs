//! `cargo xtask fuzz`: runs each fuzz target for a bounded time.
//!
//! Stable Rust will do: the coverage that libFuzzer follows is an option of LLVM, and no sanitizer is
//! used, since the workspace forbids `unsafe`. The dependencies are those of `Cargo.lock`. What libFuzzer
//! finds of interest goes to `target/fuzz-corpus/`; an input that breaks a target goes to
//! `fuzz/artifacts/`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::process::{self, Finished};
use crate::{tools, venv, workspace};

const USAGE: &str = "usage: cargo xtask fuzz [TARGET…] [--seconds N]";
/// How long each target runs, in seconds, unless the caller says otherwise.
const SECONDS: u64 = 60;
/// An input may take this long, in seconds: what takes longer would be a way to hold a server up.
const SLOWEST: u64 = 5;
/// The longest input that is made, in bytes.
const LONGEST: u64 = 16 * 1024;
/// What a target may take of memory, in MiB.
const MEMORY: u64 = 1024;

/// What to run.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    /// All of them, where none is named.
    targets: Vec<String>,
    seconds: u64,
}

/// Runs the targets one after another. `Ok(true)` when none found anything.
///
/// # Errors
/// When the arguments are wrong, or cargo-fuzz cannot be had.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<bool, String> {
    process::catch_interrupts()?;
    let all = targets(root)?;
    let plan = plan(arguments, &all)?;
    let host = host()?;
    let mut build = cargo_fuzz(root)?;
    // The same versions as those of the program; cargo adds what libFuzzer needs.
    let copied = fs::copy(root.join("Cargo.lock"), root.join("fuzz/Cargo.lock"));
    copied.map_err(|problem| format!("fuzz/Cargo.lock: {problem}"))?;
    println!("building {} targets", plan.targets.len());
    options(build.arg("build"), root, &host);
    if let [only] = plan.targets.as_slice() {
        build.arg(only);
    }
    if !process::run_visibly(&mut build)?.success() {
        return Ok(false);
    }
    let mut clean = true;
    for target in &plan.targets {
        clean &= fuzz(root, &host, target, plan.seconds)?;
    }
    Ok(clean)
}

/// Runs one target. `Ok(true)` when nothing was found.
fn fuzz(root: &Path, host: &str, target: &str, seconds: u64) -> Result<bool, String> {
    let found = workspace::target(root).join("fuzz-corpus").join(target);
    fs::create_dir_all(&found).map_err(|problem| format!("{}: {problem}", found.display()))?;
    let mut command = cargo_fuzz(root)?;
    options(command.arg("run"), root, host);
    command.arg(target).arg(&found).arg(root.join("fuzz/corpus").join(target)).arg("--");
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-timeout={SLOWEST}"));
    command.arg(format!("-max_len={LONGEST}")).arg(format!("-rss_limit_mb={MEMORY}"));
    command.arg("-print_final_stats=1");
    let started = Instant::now();
    let Finished { status, output } = process::run(&mut command)?;
    let took = started.elapsed().as_secs_f64();
    let figure = |name: &str| figure(&output, name).unwrap_or("?").to_owned();
    let (runs, inputs) =
        (figure("stat::number_of_executed_units:"), figure("stat::new_units_added:"));
    if status.success() {
        println!("{target:<16} {took:>6.1} s  {runs} runs, {inputs} new inputs");
    } else {
        println!("{target:<16} {took:>6.1} s  FAILED\n{}", output.trim_end());
        println!("keep the input: add it to fuzz/corpus/{target}/ and mend what it breaks");
    }
    Ok(status.success())
}

/// The value of a line of libFuzzer's final statistics.
fn figure<'a>(output: &'a str, name: &str) -> Option<&'a str> {
    output.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}

fn options(command: &mut Command, root: &Path, host: &str) {
    // The one that is installed may be built for another C library than ours.
    command.args(["--sanitizer", "none", "--target", host]).current_dir(root);
    let folder = workspace::target(root).join("fuzz");
    command.arg("--target-dir").arg(folder).env("CARGO_TERM_COLOR", "never");
}

/// The command, from PyPI or else built from source.
fn cargo_fuzz(root: &Path) -> Result<Command, String> {
    match tools::FUZZ.command(root) {
        Ok(command) => Ok(command),
        Err(problem) => {
            println!("{}\nno prebuilt cargo-fuzz; building it takes minutes", problem.trim_end());
            let mut install = Command::new("cargo");
            venv::succeed(install.args(["install", "--locked", "cargo-fuzz"]).current_dir(root))?;
            tools::FUZZ.command(root)
        }
    }
}

/// The targets that `fuzz/` has, sorted.
fn targets(root: &Path) -> Result<Vec<String>, String> {
    let folder = root.join("fuzz/fuzz_targets");
    let failed = |problem: std::io::Error| format!("{}: {problem}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

fn plan(arguments: &[String], all: &[String]) -> Result<Plan, String> {
    let mut plan = Plan { targets: Vec::new(), seconds: SECONDS };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => {
                let seconds = arguments.next().and_then(|text| text.parse().ok());
                plan.seconds = seconds.ok_or("--seconds wants a number of seconds")?;
            }
            name if all.iter().any(|known| known == name) => plan.targets.push(name.to_owned()),
            other => return Err(format!("{other}?\n{USAGE}\nTARGET: {}", all.join(", "))),
        }
    }
    if plan.targets.is_empty() {
        plan.targets = all.to_vec();
    }
    Ok(plan)
}

/// The machine that rustc builds for.
fn host() -> Result<String, String> {
    let Finished { output, .. } = process::run(Command::new("rustc").arg("-vV"))?;
    let host = output.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| format!("rustc -vV names no host:\n{output}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan_of(arguments: &[&str]) -> Result<Plan, String> {
        let texts = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        plan(&texts(arguments), &texts(&["cookies", "jws"]))
    }

    #[test]
    fn all_targets_or_those_that_are_named() {
        assert_eq!(plan_of(&[]).unwrap().targets, ["cookies", "jws"]);
        assert_eq!(plan_of(&[]).unwrap().seconds, SECONDS);
        let named = plan_of(&["jws", "--seconds", "5"]).unwrap();
        assert_eq!((named.targets.as_slice(), named.seconds), (["jws".to_owned()].as_slice(), 5));
    }

    #[test]
    fn other_arguments_are_refused() {
        for wrong in [["other"].as_slice(), &["--seconds"], &["--seconds", "x"], &["--help"]] {
            assert!(plan_of(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn figures_are_read_from_the_end_of_a_run() {
        let output = "Done 7 runs\nstat::number_of_executed_units: 7\nstat::new_units_added:  3\n";
        assert_eq!(figure(output, "stat::number_of_executed_units:"), Some("7"));
        assert_eq!(figure(output, "stat::peak:"), None);
    }
}
