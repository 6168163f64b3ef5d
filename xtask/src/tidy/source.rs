//! The shape of a source file: its size, its first lines, and who may print.

use super::report::Report;
use super::tree::{File, Tree};

/// Lines of a file past which it is two files.
const LONGEST: usize = 500;

pub(super) fn small_files(tree: &Tree, report: &mut Report<'_>) {
    for file in tree.rust() {
        let lines = file.text.lines().count();
        if lines > LONGEST {
            let what = format!("{lines} lines; past {LONGEST} it is two files");
            report.add(&file.path, LONGEST + 1, what);
        }
    }
}

pub(super) fn leading_doc(tree: &Tree, report: &mut Report<'_>) {
    for file in tree.rust() {
        let first = file.lines().find(|(_, line)| !line.trim().is_empty());
        let says = first.is_some_and(|(_, line)| line.len() > 4 && line.starts_with("//! "));
        if !says {
            report.add(&file.path, 1, "begins without `//!`: say what the file owns");
        }
    }
}

const PRINTING: &[&str] = &["println!", "eprintln!", "print!", "eprint!", "dbg!"];

/// The folders whose code speaks to a terminal.
const MAY_PRINT: &[&str] = &[
    "crates/server/src/main.rs",
    "crates/server/src/error.rs",
    "crates/server/src/cli/",
    "crates/server/src/dev/",
    "xtask/",
    "bench/",
];

pub(super) fn printing(tree: &Tree, report: &mut Report<'_>) {
    for file in tree.rust().filter(|file| !may_print(file)) {
        for (number, line) in file.code() {
            if let Some(name) = PRINTING.iter().find(|name| calls(line, name)) {
                report.add(
                    &file.path,
                    number,
                    format!("{name} outside the commands; use `tracing`"),
                );
            }
        }
    }
}

fn may_print(file: &File) -> bool {
    file.is_test()
        || file.path.ends_with("build.rs")
        // A program of its own, as Cargo has it.
        || file.path.contains("/examples/")
        || MAY_PRINT.iter().any(|allowed| file.path.starts_with(allowed))
}

/// Whether `line` calls `name`, and not a macro that ends in it.
fn calls(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|before| before.is_alphanumeric() || before == '_')
    })
}
