//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Owns the table of rules. A rule is a function of the whole [`Tree`] to its findings, so that it
//! can be shown to fail on a tree made of literals (`tests.rs` does, for every row of the table).

mod decisions;
mod edges;
mod external;
mod leftovers;
mod names;
mod source;
#[cfg(test)]
mod tests;
mod tree;

use std::fmt;
use std::path::Path;

use tree::Tree;

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    /// Counted from 1; 0 when it is about the whole file.
    line: usize,
    rule: &'static str,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.what)
    }
}

/// A rule: its name and what it finds.
struct Rule {
    name: &'static str,
    check: fn(&Tree, &mut Report<'_>),
}

/// Collects the findings of one rule.
struct Report<'a> {
    rule: &'static str,
    findings: &'a mut Vec<Finding>,
}

impl Report<'_> {
    fn add(&mut self, path: &str, line: usize, what: impl Into<String>) {
        let (path, rule, what) = (path.to_owned(), self.rule, what.into());
        self.findings.push(Finding { path, line, rule, what });
    }
}

const RULES: &[Rule] = &[
    Rule { name: "imports-point-down", check: edges::check },
    Rule { name: "no-http-below-web", check: external::http },
    Rule { name: "no-sql-above-the-store", check: external::sql },
    Rule { name: "small-files", check: source::small_files },
    Rule { name: "files-say-what-they-own", check: source::leading_doc },
    Rule { name: "printing-is-for-commands", check: source::printing },
    Rule { name: "backends-only-in-server", check: names::backends },
    Rule { name: "dialects-are-data", check: names::dialects },
    Rule { name: "no-machine-paths", check: leftovers::machine_paths },
    Rule { name: "no-registry-hosts", check: leftovers::registry_hosts },
    Rule { name: "nothing-left-undone", check: leftovers::undone },
    Rule { name: "decisions-fit-a-page", check: decisions::check },
];

/// Checks the workspace at `root` and prints each finding. `Ok(true)` when there is none.
///
/// # Errors
/// When the tree cannot be read.
pub(crate) fn run(root: &Path) -> Result<bool, String> {
    let problems = problems(root)?;
    if problems.is_empty() {
        println!("tidy: {} rules, nothing found", RULES.len());
    } else {
        print!("{problems}");
    }
    Ok(problems.is_empty())
}

/// The findings in the workspace at `root`, a line each.
///
/// # Errors
/// When the tree cannot be read.
pub(crate) fn problems(root: &Path) -> Result<String, String> {
    let findings = findings(&Tree::read(root)?);
    Ok(findings.iter().map(|finding| format!("{finding}\n")).collect())
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        (rule.check)(tree, &mut Report { rule: rule.name, findings: &mut findings });
    }
    findings
}
