//! Who may write to a store: a decision returns what to write, and few files commit it.

use super::report::Report;
use super::tree::{File, Tree};

/// The files that commit. `settle.rs` commits decisions; `follow.rs` takes a sequence number for what expires;
/// `figures.rs` is a store that measures the one inside it.
const COMMITTERS: &[&str] =
    &["crates/engine/src/settle.rs", "crates/server/src/figures.rs", "crates/server/src/follow.rs"];

/// The crates that are stores, and those for tests only.
const STORES: &[&str] = &["store", "store-sqlite", "store-postgres", "store-suite", "web-testing"];

/// The methods of a store that write what a decision returned.
const COMMITS: &[&str] = &[".commit(", ".reserve_status_indexes("];

/// The file of the engine that may name `Store`, the contract with the methods that write.
const SETTLE: &str = "crates/engine/src/settle.rs";

pub(super) fn check(tree: &Tree, report: &mut Report<'_>) {
    for file in tree.rust().filter(|file| decides(file)) {
        for (number, line) in file.code() {
            if let Some(call) = COMMITS.iter().find(|call| line.contains(**call)) {
                let what = format!("`{call}` outside {}: return a `Batch`", COMMITTERS.join(", "));
                report.add(&file.path, number, what);
            }
            if file.path.starts_with("crates/engine/") && names_store(line) {
                let what = format!("`Store` outside {SETTLE}: a decision gets a `StoreReader`");
                report.add(&file.path, number, what);
            }
        }
    }
}

/// Whether the file must not commit.
fn decides(file: &File) -> bool {
    let member = file.member();
    member.is_some_and(|member| !STORES.contains(&member))
        && !file.is_test()
        && !COMMITTERS.contains(&file.path.as_str())
}

/// Whether `line` has the word `Store`, and not only a longer one such as `StoreReader`.
fn names_store(line: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.split(|c| !part_of_name(c)).any(|word| word == "Store")
}
