//! `cargo xtask tidy`: the rules of the project that no compiler checks.
//!
//! Owns the table of rules. A rule is a function of the whole [`Tree`] to its findings, so that it
//! can be shown to fail on a tree made of literals (`tests.rs` does, for every row of the table).

mod commits;
mod decisions;
mod doc_tests;
mod edges;
mod external;
mod leftovers;
mod modules;
mod names;
mod prose;
mod report;
mod source;
#[cfg(test)]
mod tests;
mod threats;
mod tree;
mod words;

use std::path::Path;

use report::{Finding, Report};
use tree::Tree;

/// A rule: its name and what it finds.
struct Rule {
    name: &'static str,
    check: fn(&Tree, &mut Report<'_>),
}

const RULES: &[Rule] = &[
    Rule { name: "imports-point-down", check: edges::check },
    Rule { name: "listed-crates-exist", check: edges::rows_exist },
    Rule { name: "modules-form-no-circle", check: modules::circles },
    Rule { name: "modules-point-down", check: modules::order },
    Rule { name: "few-files-commit", check: commits::check },
    Rule { name: "no-http-below-web", check: external::http },
    Rule { name: "no-sql-above-the-store", check: external::sql },
    Rule { name: "small-files", check: source::small_files },
    Rule { name: "files-say-what-they-own", check: source::leading_doc },
    Rule { name: "printing-is-for-commands", check: source::printing },
    Rule { name: "backends-only-in-server", check: names::backends },
    Rule { name: "dialects-are-data", check: names::dialects },
    Rule { name: "names-are-plain", check: words::check },
    Rule { name: "no-machine-paths", check: leftovers::machine_paths },
    Rule { name: "no-registry-hosts", check: leftovers::registry_hosts },
    Rule { name: "nothing-left-undone", check: leftovers::undone },
    Rule { name: "examples-are-run", check: doc_tests::check },
    Rule { name: "decisions-fit-a-page", check: decisions::check },
    Rule { name: "prose-wraps", check: prose::check },
    Rule { name: "the-threat-model-names-tests", check: threats::check },
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

/// Prints, for each crate, the circles between its modules and an order from bottom to top.
///
/// # Errors
/// When the tree cannot be read.
pub(crate) fn modules(root: &Path) -> Result<bool, String> {
    print!("{}", modules::describe(&Tree::read(root)?));
    Ok(true)
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
        (rule.check)(tree, &mut Report::of(rule.name, &mut findings));
    }
    findings
}
