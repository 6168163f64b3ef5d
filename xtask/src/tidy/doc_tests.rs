//! Examples in documentation are run: a crate without any says `doctest = false`, so that no test run
//! compiles it once more to look for them, and a crate that says so has none.

use super::report::Report;
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree, report: &mut Report<'_>) {
    for manifest in tree.files().iter().filter(|file| file.path.ends_with("Cargo.toml")) {
        let Some(folder) = manifest.path.strip_suffix("Cargo.toml") else { continue };
        if runs(manifest) {
            continue;
        }
        let source = format!("{folder}src/");
        for file in tree.rust().filter(|file| file.path.starts_with(&source)) {
            if let Some(line) = example(file) {
                let what = format!("never run: {} says `doctest = false`", manifest.path);
                report.add(&file.path, line, what);
            }
        }
    }
}

fn runs(manifest: &File) -> bool {
    let table = manifest.text.parse::<toml::Table>().unwrap_or_default();
    let said = table.get("lib").and_then(|lib| lib.get("doctest")?.as_bool());
    said.unwrap_or(true)
}

/// The line of the first example that rustdoc would run.
fn example(file: &File) -> Option<usize> {
    let mut inside = false;
    for (number, line) in file.lines() {
        let line = line.trim_start();
        let doc = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        let Some(fence) = doc.and_then(|text| text.trim_start().strip_prefix("```")) else {
            continue;
        };
        if !inside && fence.split(',').all(|tag| RUST.contains(&tag.trim())) {
            return Some(number);
        }
        inside = !inside;
    }
    None
}

/// What may stand after the opening fence of an example in Rust.
const RUST: &[&str] = &["", "rust", "no_run", "should_panic", "compile_fail"];
