//! Names that belong to one part: backends to `server`, dialects to their TOML files.

use super::report::Report;
use super::tree::{File, Tree};

const BACKENDS: &[&str] = &["store_sqlite", "store_postgres", "store-sqlite", "store-postgres"];

pub(super) fn backends(tree: &Tree, report: &mut Report<'_>) {
    for file in tree.rust() {
        let Some(name) = file.member() else { continue };
        if matches!(name, "server" | "store-sqlite" | "store-postgres") {
            continue;
        }
        for (number, line) in file.lines() {
            if let Some(name) = BACKENDS.iter().find(|name| line.contains(**name)) {
                report.add(&file.path, number, format!("{name} is named outside server"));
            }
        }
    }
}

const DIALECTS: &[&str] = &["speculo", "spendesk", "spiko", "fyma", "speckle"];

/// Tests may name dialects, the demo seeds them, and the list of embedded files has to.
pub(super) fn dialects(tree: &Tree, report: &mut Report<'_>) {
    for file in tree.rust().filter(|file| file.member().is_some() && !may_name(file)) {
        for (number, line) in file.code() {
            let lower = line.to_lowercase();
            let embeds = file.path.starts_with("crates/dialect/") && line.contains("include_str!(");
            if let Some(name) = DIALECTS.iter().find(|name| lower.contains(**name) && !embeds) {
                report.add(
                    &file.path,
                    number,
                    format!("{name} is named in code; dialects are data"),
                );
            }
        }
    }
}

fn may_name(file: &File) -> bool {
    file.is_test() || file.path.starts_with("crates/server/src/dev/")
}
