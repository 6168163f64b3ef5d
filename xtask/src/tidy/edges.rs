//! Imports point down only: the crates of ARCHITECTURE.md, as a table.

use super::report::Report;
use super::tree::{File, Tree};

/// Which crates each crate may import. A crate that is not here may import none of ours.
const CRATES: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("oauth", &["base"]),
    ("jose", &["base"]),
    ("status", &["base"]),
    ("domain", &["jose", "oauth", "base"]),
    ("store", &["domain", "oauth", "base"]),
    ("store-suite", &["store", "domain", "oauth", "base"]),
    ("store-sqlite", &["store", "domain", "oauth", "base"]),
    ("store-postgres", &["store", "domain", "oauth", "base"]),
    ("dialect", &["domain", "oauth", "base"]),
    ("engine", &["dialect", "store", "domain", "oauth", "jose", "status", "base"]),
    ("passwords", &["engine", "domain", "base"]),
    ("web-base", &["engine", "dialect", "store", "domain", "oauth", "base"]),
    ("web-gate", &["web-base", "engine", "dialect", "store", "domain", "oauth", "status", "base"]),
    ("web-rest", &["web-base", "engine", "domain", "oauth", "base"]),
    ("web-admin", &["web-rest", "web-base", "engine", "domain", "oauth", "base"]),
    ("web-account", &["web-rest", "web-base", "engine", "domain", "oauth", "base"]),
    ("web-pages", &["web-base", "engine", "dialect", "store", "domain", "oauth", "base"]),
    (
        "web",
        &[
            "web-admin",
            "web-account",
            "web-gate",
            "web-pages",
            "web-base",
            "engine",
            "dialect",
            "oauth",
            "base",
        ],
    ),
    ("web-testing", &["web-base", "engine", "dialect", "store", "domain", "base"]),
    ("verify", &["oauth", "jose", "status", "base"]),
    (
        "fuzz-targets",
        &[
            "web-base",
            "web-gate",
            "web-pages",
            "engine",
            "dialect",
            "oauth",
            "jose",
            "status",
            "base",
        ],
    ),
    ("fuzz", &["fuzz-targets"]),
    ("demo-apis", &["verify"]),
    // A partner's app knows Postern by its HTTP interface only.
    ("partner-app", &[]),
];

/// What the tests of a crate may import beyond that.
const FOR_TESTS: &[(&str, &[&str])] = &[
    ("store", &["store-suite"]),
    ("store-sqlite", &["store-suite"]),
    ("store-postgres", &["store-suite"]),
    ("web-gate", &["web-testing", "jose"]),
    ("web-admin", &["web-testing"]),
    ("web-pages", &["web-testing"]),
    ("web", &["web-testing", "store", "domain"]),
];

/// These import what they like; nobody imports them.
const OUTSIDE: &[&str] = &["server", "bench", "xtask"];

pub(super) fn check(tree: &Tree, report: &mut Report<'_>) {
    let manifests = manifests(tree);
    let names: Vec<&str> = manifests.iter().map(|manifest| manifest.name.as_str()).collect();
    for manifest in &manifests {
        for dependency in &manifest.dependencies {
            let to = dependency.name.as_str();
            if names.contains(&to) && !allowed(&manifest.name, dependency) {
                let line = line_of(manifest.file, &dependency.key);
                let what = format!("{} may not import {to}", manifest.name);
                report.add(&manifest.file.path, line, what);
            }
        }
    }
}

/// A row for a crate that does not exist is a leftover, and would let a crate of that name in unseen.
pub(super) fn rows_exist(tree: &Tree, report: &mut Report<'_>) {
    let manifests = manifests(tree);
    let exists = |name: &str| manifests.iter().any(|manifest| manifest.name == name);
    for name in listed().filter(|name| !exists(name)) {
        let row = format!("(\"{name}\",");
        let line =
            tree.file(HERE).and_then(|file| file.lines().find(|(_, line)| line.contains(&row)));
        report.add(
            HERE,
            line.map_or(0, |(number, _)| number),
            format!("no crate is called {name}"),
        );
    }
}

/// The crates that the tables name.
pub(super) fn listed() -> impl Iterator<Item = &'static str> {
    let tables = CRATES.iter().chain(FOR_TESTS);
    let mut names: Vec<&str> =
        tables.flat_map(|(name, below)| below.iter().chain([name])).copied().collect();
    names.extend(OUTSIDE);
    names.sort_unstable();
    names.dedup();
    names.into_iter()
}

const HERE: &str = "xtask/src/tidy/edges.rs";

fn allowed(from: &str, dependency: &Dependency) -> bool {
    let to = dependency.name.as_str();
    let listed = |table: &[(&str, &[&str])]| {
        table.iter().any(|(name, below)| *name == from && below.contains(&to))
    };
    if OUTSIDE.contains(&to) {
        return false;
    }
    OUTSIDE.contains(&from) || listed(CRATES) || (dependency.for_tests && listed(FOR_TESTS))
}

/// What a manifest says about our crates.
#[derive(Debug)]
pub(super) struct Manifest<'a> {
    pub(super) file: &'a File,
    /// Without the prefix of the packages; the binary is `server`.
    pub(super) name: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// One line of a dependency table.
#[derive(Debug)]
pub(super) struct Dependency {
    /// As written in this manifest.
    pub(super) key: String,
    /// The package behind it; of ours, without the prefix.
    pub(super) name: String,
    pub(super) for_tests: bool,
}

/// Every package of the tree. A manifest that is not TOML is left to cargo to complain about.
pub(super) fn manifests(tree: &Tree) -> Vec<Manifest<'_>> {
    let workspace = tree.file("Cargo.toml").and_then(|file| file.text.parse().ok());
    let shared = workspace.as_ref().and_then(|root: &toml::Table| {
        root.get("workspace")?.as_table()?.get("dependencies")?.as_table()
    });
    let members = tree.files().iter().filter(|file| file.path.ends_with("Cargo.toml"));
    members.filter_map(|file| manifest(file, shared)).collect()
}

fn manifest<'a>(file: &'a File, shared: Option<&toml::Table>) -> Option<Manifest<'a>> {
    let table: toml::Table = file.text.parse().ok()?;
    let name = table.get("package")?.as_table()?.get("name")?.as_str()?;
    let mut dependencies = Vec::new();
    let targets = table.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flat_map(|targets| targets.values());
    for section in targets.filter_map(toml::Value::as_table).chain([&table]) {
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            let listed = section.get(kind).and_then(toml::Value::as_table);
            for (key, value) in listed.into_iter().flatten() {
                let name = short_name(package(key, value, shared));
                let for_tests = kind == "dev-dependencies";
                dependencies.push(Dependency { key: key.clone(), name, for_tests });
            }
        }
    }
    Some(Manifest { file, name: short_name(name), dependencies })
}

fn package<'a>(key: &'a str, value: &'a toml::Value, shared: Option<&'a toml::Table>) -> &'a str {
    let inherits = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
    let value = if inherits { shared.and_then(|shared| shared.get(key)) } else { Some(value) };
    value.and_then(|value| value.get("package")?.as_str()).unwrap_or(key)
}

fn short_name(package: &str) -> String {
    let name = if package == "postern" { "server" } else { package };
    name.strip_prefix("postern-").unwrap_or(name).to_owned()
}

/// The line of `key` in a manifest, or 0.
pub(super) fn line_of(file: &File, key: &str) -> usize {
    let of_key = |line: &str| {
        line.trim_start_matches(['"', '['])
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with(['.', ' ', '=', '"']))
            || line.ends_with(&format!("dependencies.{key}]"))
    };
    file.lines().find(|(_, line)| of_key(line.trim())).map_or(0, |(number, _)| number)
}
