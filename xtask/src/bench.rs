//! `cargo xtask bench`: builds the server and the bench as users get them, and measures.

use std::path::Path;
use std::process::Command;

use crate::packages::{self, Need, works};
use crate::process;

/// `wrk` says its version and fails.
const NEEDS: &[Need] = &[
    Need { present: || works("sh", &["-c", "command -v wrk"]), packages: &["wrk"] },
    Need { present: || works("sh", &["-c", POSTGRES]), packages: &["postgresql"] },
];

/// Several nodes share a database; the newest that Debian has will do.
const POSTGRES: &str = "ls /usr/lib/postgresql/*/bin/initdb";

/// Passes `arguments` on to the bench. `Ok(true)` when it ran to its end.
///
/// # Errors
/// When what it needs cannot be installed, or cargo not started.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<bool, String> {
    process::catch_interrupts()?;
    packages::install(NEEDS)?;
    let build = ["build", "--release", "--package", "postern", "--package", "postern-bench"];
    let mut cargo = Command::new("cargo");
    if !process::run_visibly(cargo.args(build).current_dir(root))?.success() {
        return Ok(false);
    }
    let programs = crate::workspace::target(root).join("release");
    let mut bench = Command::new(programs.join("postern-bench"));
    bench.arg("--server").arg(programs.join("postern")).args(arguments).current_dir(root);
    Ok(process::run_visibly(&mut bench)?.success())
}
