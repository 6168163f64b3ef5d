//! What has no business in a tracked file: paths of one machine, hosts of registries, things undone.
//!
//! The needles are written in two pieces, since this file is searched as well.

use super::report::Report;
use super::tree::Tree;

const MACHINE_PATHS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/fa", "rm/"),
    concat!("/ro", "ot/"),
    concat!("/tmp/", "studio"),
];

const REGISTRY_HOSTS: &[&str] = &[
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("pypi.org/", "simple"),
    concat!("files.", "pythonhosted"),
    concat!("registry.", "npmjs"),
    concat!("deb.", "debian"),
];

const UNDONE: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
    concat!("#[ign", "ore"),
];

pub(super) fn machine_paths(tree: &Tree, report: &mut Report<'_>) {
    search(tree, MACHINE_PATHS, report);
}

pub(super) fn registry_hosts(tree: &Tree, report: &mut Report<'_>) {
    search(tree, REGISTRY_HOSTS, report);
}

pub(super) fn undone(tree: &Tree, report: &mut Report<'_>) {
    search(tree, UNDONE, report);
}

fn search(tree: &Tree, needles: &[&str], report: &mut Report<'_>) {
    for file in tree.files() {
        for (number, line) in file.lines() {
            if let Some(needle) = needles.iter().find(|needle| names(line, needle)) {
                report.add(&file.path, number, format!("`{needle}` in a tracked file"));
            }
        }
    }
}

/// Whether `line` has `needle` as a word of its own, and not inside a longer one such as base64.
fn names(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + needle.len()..).and_then(|after| after.chars().next());
        let open = needle.ends_with(|last: char| last.is_alphanumeric());
        let inside = |next: Option<char>| next.is_some_and(|next| next.is_ascii_alphanumeric());
        !(inside(before) || open && inside(after))
    })
}
