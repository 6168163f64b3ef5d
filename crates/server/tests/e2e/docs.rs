//! Every fenced block of every page is run or checked by a test.
//!
//! [`every_block_of_every_page_is_covered`] collects the blocks and fails for one that nothing
//! covers. All TOML is loaded by [`configuration`]; a block marked `text` is for people alone; each
//! other block has a row in [`COVERED`].

pub(crate) mod blocks;
mod builds;
mod commands;
mod configuration;
mod feed;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::clients::root;

/// The blocks of one language on one page, and the test that covers all of them.
struct Covered {
    page: &'static str,
    language: &'static str,
    count: usize,
    by: &'static str,
}

const fn covered(
    page: &'static str,
    language: &'static str,
    count: usize,
    by: &'static str,
) -> Covered {
    Covered { page, language, count, by }
}

const PROXIES: &str = "every_credential_passes_with_its_identity";
const TRIED: &str = "a_page_can_be_tried_as_printed";
const BUILDS: &str = "commands_of_the_workspace_name_what_is_there";
const ADMIN_API: &str = "the_commands_of_the_admin_api_page_work_as_printed";
const OPERATIONS: &str = "the_commands_of_the_operations_page_work_as_printed";
const VERIFY: &str = "the_example_of_verify_is_its_doctest";

const COVERED: &[Covered] = &[
    covered("README.md", "sh", 9, "every_block_of_the_readme_works_as_printed"),
    covered("README.md", "console", 2, BUILDS),
    covered("README.md", "nginx", 1, "the_short_configuration_of_the_readme_works_as_printed"),
    covered("CONTRIBUTING.md", "sh", 2, BUILDS),
    covered("crates/verify/README.md", "rust", 1, VERIFY),
    covered("docs/verify.md", "rust", 1, VERIFY),
    covered("docs/admin-api.md", "sh", 2, ADMIN_API),
    covered("docs/configuration.md", "sh", 1, "a_master_key_made_as_printed_is_accepted"),
    covered("docs/feed.md", "json", 2, "the_json_of_the_page_has_the_shape_of_what_is_real"),
    covered("docs/feed.md", "http", 1, "the_request_of_the_page_opens_a_stream"),
    covered("docs/feed.md", "python", 1, "the_documented_example_reads_the_feed"),
    covered("docs/operations.md", "sh", 3, OPERATIONS),
    covered("docs/operations.md", "ini", 1, "the_unit_of_the_operations_page_starts_the_program"),
    covered("docs/performance.md", "sh", 1, BUILDS),
    covered("docs/cookbook/README.md", "console", 1, "the_gate_is_asked_by_hand_as_printed"),
    covered("docs/cookbook/README.md", "python", 1, "an_api_refuses_a_lost_identity_as_printed"),
    covered("docs/cookbook/apache.md", "apache", 1, PROXIES),
    covered("docs/cookbook/apache.md", "lua", 1, PROXIES),
    covered("docs/cookbook/apache.md", "console", 2, TRIED),
    covered("docs/cookbook/caddy.md", "caddyfile", 1, PROXIES),
    covered("docs/cookbook/caddy.md", "console", 1, TRIED),
    covered("docs/cookbook/envoy.md", "yaml", 1, PROXIES),
    covered("docs/cookbook/envoy.md", "console", 1, TRIED),
    covered("docs/cookbook/haproxy.md", "haproxy", 1, PROXIES),
    covered("docs/cookbook/haproxy.md", "lua", 1, PROXIES),
    covered("docs/cookbook/haproxy.md", "console", 1, TRIED),
    covered("docs/cookbook/nginx.md", "nginx", 2, PROXIES),
    covered("docs/cookbook/nginx.md", "console", 1, TRIED),
    covered("docs/cookbook/traefik.md", "yaml", 2, PROXIES),
    covered("docs/cookbook/traefik.md", "console", 1, TRIED),
];

#[test]
fn every_block_of_every_page_is_covered() {
    let mut found: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for block in blocks::all() {
        let place = format!("{}:{}", block.page, block.line);
        assert!(!block.language.is_empty(), "{place}: a block names its language");
        if !["toml", "text"].contains(&block.language.as_str()) {
            found.entry((block.page, block.language)).or_default().push(block.line);
        }
    }
    for row in COVERED {
        let lines = found.remove(&(row.page.to_owned(), row.language.to_owned()));
        let lines = lines.unwrap_or_default();
        let (page, language, count) = (row.page, row.language, row.count);
        assert_eq!(lines.len(), count, "{page} has {language} at {lines:?}; {count} are covered");
    }
    assert!(found.is_empty(), "no test covers {found:?}");
}

#[test]
fn every_test_that_covers_a_block_is_there() {
    let sources = rust(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").as_path());
    for row in COVERED {
        let function = format!("fn {}(", row.by);
        assert!(sources.contains(&function), "{} {}: no {}", row.page, row.language, row.by);
    }
}

/// The example compiles where the crate's own documentation tests run, and `docs/verify.md` has the
/// same one.
#[test]
fn the_example_of_verify_is_its_doctest() {
    let library = fs::read_to_string(root().join("crates/verify/src/lib.rs")).unwrap();
    assert!(library.contains("#[doc = include_str!(\"../README.md\")]"));
    let example = &blocks::of("crates/verify/README.md", "rust")[0].text;
    // What a reader does not see in the rendered documentation, the page does not have.
    let shown: String = example
        .lines()
        .filter(|line| !line.starts_with("# "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(blocks::of("docs/verify.md", "rust")[0].text, shown);
}

/// All Rust below a folder.
fn rust(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &rust(&path);
        } else if path.extension().is_some_and(|it| it == "rs") {
            text += &fs::read_to_string(&path).unwrap();
        }
    }
    text
}
