//! The threat model names the tests that show what it says: each of them is there.

use std::collections::BTreeSet;

use super::Report;
use super::tree::{File, Tree};

const PAGE: &str = "docs/threat-model.md";

/// The end of the first line of a table whose last column names tests.
const HEAD: &str = "| shown by |";

/// The crate whose functions are the tests of every backend.
const SUITE: &str = "crates/store-suite/";

pub(super) fn check(tree: &Tree, report: &mut Report<'_>) {
    let Some(page) = tree.file(PAGE) else { return };
    let tests = tests(tree);
    if !page.text.contains(HEAD) {
        report.add(PAGE, 0, "no table names tests");
    }
    let mut in_table = false;
    for (number, line) in page.lines() {
        if line.ends_with(HEAD) {
            in_table = true;
        } else if !line.starts_with('|') {
            in_table = false;
        } else if in_table && !line.starts_with("|---") {
            if named(line).next().is_none() {
                report.add(PAGE, number, "no test shows this");
            }
            for name in named(line).filter(|name| !tests.contains(name)) {
                report.add(PAGE, number, format!("there is no test `{name}`"));
            }
        }
    }
}

/// What the last column of a row names.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let column = line.trim_end().trim_end_matches('|').rsplit(" | ").next().unwrap_or_default();
    column.split('`').skip(1).step_by(2)
}

/// The functions of every file that holds tests.
fn tests(tree: &Tree) -> BTreeSet<&str> {
    let holds_tests = |file: &&File| {
        file.is_test() || file.path.starts_with(SUITE) || file.text.contains("test]\n")
    };
    let files = tree.rust().filter(holds_tests);
    files.flat_map(File::lines).filter_map(|(_, line)| function(line)).collect()
}

fn function(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let plain = |part: &str| part.chars().all(|c| c.is_alphanumeric() || " ()".contains(c));
    plain(before).then(|| rest.split(['(', '<']).next()).flatten()
}
