//! `cargo xtask bench`: builds the server and the bench as users get them, and measures.

use std::path::Path;
use std::process::Command;

use crate::process;

/// Passes `arguments` on to the bench. `Ok(true)` when it ran to its end.
///
/// # Errors
/// When cargo cannot be started.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<bool, String> {
    process::catch_interrupts()?;
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
