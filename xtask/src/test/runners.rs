//! Runs the tests of the workspace: by cargo-nextest where it can be had, else by `cargo test`.
//!
//! Owns which test runs alone. Either runner counts every test once.

use std::path::Path;
use std::process::Command;

use super::steps::{Runner, Variables, cargo};
use super::tally;
use crate::tools;

/// A test that needs the machine for itself.
#[derive(Debug, PartialEq, Eq)]
struct Alone {
    /// Its test target.
    binary: String,
    /// Its full name.
    test: String,
}

/// All tests of the workspace, documentation tests too.
pub(super) fn run(root: &Path, variables: &Variables, runner: &mut Runner) {
    match runner.optional("cargo-nextest", || tools::NEXTEST.command(root)) {
        Some(nextest) => with_nextest(root, nextest, variables, runner),
        None => with_cargo(root, variables, runner),
    }
}

fn with_nextest(root: &Path, mut nextest: Command, variables: &Variables, runner: &mut Runner) {
    let all = ["run", "--cargo-quiet", "--workspace", "--no-fail-fast"];
    let tests = in_workspace(&mut nextest, root, variables).args(all);
    runner.suite("tests", tests, tally::nextest);
    let docs = ["test", "--doc", "--workspace", "--no-fail-fast"];
    let mut cargo = cargo();
    runner.suite("doc tests", in_workspace(&mut cargo, root, variables).args(docs), tally::libtest);
}

/// First all tests but those that run alone, then these. The features are those of the whole
/// workspace each time, so that nothing is built twice.
fn with_cargo(root: &Path, variables: &Variables, runner: &mut Runner) {
    let Some(alone) = runner.step("tests alone", || alone(root)) else { return };
    let mut all = cargo();
    in_workspace(&mut all, root, variables).args(["test", "--workspace", "--no-fail-fast", "--"]);
    for Alone { test, .. } in &alone {
        all.args(["--skip", test]);
    }
    runner.suite("tests", &mut all, tally::libtest);
    for Alone { binary, test } in &alone {
        let mut one = cargo();
        in_workspace(&mut one, root, variables).args([
            "test",
            "--workspace",
            "--test",
            binary,
            "--",
            "--exact",
            test,
        ]);
        runner.suite(binary, &mut one, tally::libtest);
    }
}

fn in_workspace<'a>(
    command: &'a mut Command,
    root: &Path,
    variables: &Variables,
) -> &'a mut Command {
    let variables = variables.iter().map(|(name, value)| (name, value));
    command
        .current_dir(root)
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .envs(variables)
}

/// The tests to which `.config/nextest.toml` gives the whole machine.
fn alone(root: &Path) -> Result<Vec<Alone>, String> {
    let path = ".config/nextest.toml";
    let text = std::fs::read_to_string(root.join(path));
    let text = text.map_err(|problem| format!("{path}: {problem}"))?;
    read(&text).map_err(|problem| format!("{path}: {problem}"))
}

fn read(text: &str) -> Result<Vec<Alone>, String> {
    let table: toml::Table = text.parse().map_err(|problem| format!("{problem}"))?;
    let profile = table.get("profile").and_then(|profile| profile.get("default"));
    let overrides = profile.and_then(|profile| profile.get("overrides")?.as_array());
    let overrides = overrides.into_iter().flatten();
    let heavy = overrides.filter(|one| {
        one.get("threads-required").and_then(toml::Value::as_str) == Some("num-test-threads")
    });
    let filters = heavy.map(|one| one.get("filter").and_then(toml::Value::as_str));
    filters.map(|filter| filter.and_then(named).ok_or_else(|| EXPECTED.to_owned())).collect()
}

const EXPECTED: &str = "expected `binary(NAME) and test(=NAME)` for a test that runs alone";

fn named(filter: &str) -> Option<Alone> {
    let (binary, test) = filter.split_once(" and ")?;
    let binary = binary.strip_prefix("binary(")?.strip_suffix(')')?.to_owned();
    let test = test.strip_prefix("test(=")?.strip_suffix(')')?.to_owned();
    Some(Alone { binary, test })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_that_run_alone_are_those_of_the_configuration() {
        let text = r#"
            [[profile.default.overrides]]
            filter = "binary(slow)"
            retries = 1

            [[profile.default.overrides]]
            filter = "binary(cluster) and test(=all::of_it)"
            threads-required = "num-test-threads"
        "#;
        let expected = Alone { binary: "cluster".to_owned(), test: "all::of_it".to_owned() };
        assert_eq!(read(text), Ok(vec![expected]));
        assert_eq!(read("").as_deref(), Ok([].as_slice()));
        assert!(read(&text.replace(" and ", " or ")).is_err());
    }

    #[test]
    fn the_configuration_of_this_workspace_is_understood() {
        assert!(!alone(&crate::workspace::root()).unwrap().is_empty());
    }
}
