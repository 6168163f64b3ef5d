//! The imports inside circles that are known and not mended yet: a file that may only shrink.

use std::collections::BTreeSet;

use super::super::tree::Tree;

/// A line is `crate::module: from -> to`; `self` is the module's own code. `#` begins a comment.
pub(super) const FILE: &str = "xtask/known-circles.txt";

/// The lines of the file, each with its number.
pub(super) fn known(tree: &Tree) -> Vec<(usize, &str)> {
    let lines = tree.file(FILE).into_iter().flat_map(super::super::tree::File::lines);
    let lines = lines.map(|(number, line)| (number, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect()
}

/// How an import is written in the file.
pub(super) fn entry(name: &str, level: &[String], from: &str, to: &str) -> String {
    format!("{}: {from} -> {to}", title(name, level))
}

/// The name of a level: the crate and the path of the module.
pub(super) fn title(name: &str, level: &[String]) -> String {
    std::iter::once(name).chain(level.iter().map(String::as_str)).collect::<Vec<_>>().join("::")
}

/// The lines that name nothing of `inside`, the imports that are part of a circle today.
pub(super) fn stale<'t>(
    known: &[(usize, &'t str)],
    inside: &BTreeSet<String>,
) -> Vec<(usize, &'t str)> {
    known.iter().filter(|(_, line)| !inside.contains(*line)).copied().collect()
}
