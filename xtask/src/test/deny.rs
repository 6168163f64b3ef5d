//! `cargo deny` over `deny.toml`: licences, bans and sources; advisories where a database is there.
//!
//! The network serves to install cargo-deny and to download what is missing of the dependencies, those
//! of other systems included; where neither is needed, nothing is asked of it.

use std::path::{Path, PathBuf};

use super::steps::{Runner, cargo};
use crate::environment::variable;
use crate::{tools, venv};

/// Runs the checks as steps.
pub(super) fn run(root: &Path, runner: &mut Runner) {
    let ready = runner.optional("cargo-deny", || {
        venv::succeed(cargo().arg("fetch").current_dir(root))?;
        tools::DENY.command(root)
    });
    if ready.is_none() {
        return;
    }
    check(root, "deny", &["bans", "licenses", "sources"], runner);
    if advisories().is_some_and(|folder| has_entries(&folder)) {
        check(root, "advisories", &["advisories", "--disable-fetch"], runner);
    } else {
        let _none = runner.optional("advisories", || -> Result<(), String> {
            Err("no database on this machine: `cargo deny fetch db` gets it".to_owned())
        });
    }
}

fn check(root: &Path, name: &str, what: &[&str], runner: &mut Runner) {
    // Found or installed a moment ago.
    if let Ok(mut deny) = tools::DENY.command(root) {
        let quietly = ["--log-level", "error", "--color", "never", "--workspace", "--offline"];
        runner.command(name, deny.args(quietly).arg("check").args(what).current_dir(root));
    }
}

/// Where cargo-deny keeps the advisories of RustSec, unless `deny.toml` says otherwise.
fn advisories() -> Option<PathBuf> {
    let home = variable("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| variable("HOME").map(|home| Path::new(&home).join(".cargo")))?;
    Some(home.join("advisory-dbs"))
}

fn has_entries(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}
