//! HTTP stays in `web` and above, SQL stays in the backends.

use super::edges::{Manifest, line_of, manifests};
use super::report::Report;
use super::tree::Tree;

const WITHOUT_HTTP: &[&str] = &[
    "base",
    "oauth",
    "jose",
    "domain",
    "store",
    "store-sqlite",
    "store-postgres",
    "store-suite",
    "dialect",
    "engine",
    "passwords",
];
const HTTP: &[&str] = &[
    "http",
    "http-body",
    "http-body-util",
    "axum",
    "axum-core",
    "axum-extra",
    "axum-server",
    "hyper",
    "hyper-util",
    "reqwest",
    "tower-http",
    "ureq",
];

const WITH_SQL: &[&str] = &["store-sqlite", "store-postgres", "bench"];
const SQL: &[&str] = &[
    "rusqlite",
    "libsqlite3-sys",
    "sqlx",
    "postgres",
    "tokio-postgres",
    "deadpool-postgres",
    "diesel",
    "sea-orm",
    "refinery",
];

pub(super) fn http(tree: &Tree, report: &mut Report<'_>) {
    for manifest in manifests(tree) {
        if WITHOUT_HTTP.contains(&manifest.name.as_str()) {
            refuse(&manifest, HTTP, |_| true, report);
        }
    }
}

/// The tests of the server may name a database: they damage one on purpose.
pub(super) fn sql(tree: &Tree, report: &mut Report<'_>) {
    for manifest in manifests(tree) {
        if !WITH_SQL.contains(&manifest.name.as_str()) {
            let counts = |for_tests: bool| !(for_tests && manifest.name == "server");
            refuse(&manifest, SQL, counts, report);
        }
    }
}

fn refuse(
    manifest: &Manifest<'_>,
    banned: &[&str],
    counts: impl Fn(bool) -> bool,
    report: &mut Report<'_>,
) {
    for dependency in &manifest.dependencies {
        if banned.contains(&dependency.name.as_str()) && counts(dependency.for_tests) {
            let line = line_of(manifest.file, &dependency.key);
            let what = format!("{} may not depend on {}", manifest.name, dependency.name);
            report.add(&manifest.file.path, line, what);
        }
    }
}
