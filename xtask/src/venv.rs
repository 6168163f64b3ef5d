//! Virtual environments of Python below `target/`: the one place that runs pip.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Finished};

/// Installs exactly `packages` (lines of a requirements file, without resolving) into a virtual
/// environment at `folder`, unless the same ones were installed there before. Returns the folder
/// of its programs.
///
/// # Errors
/// What Python or pip printed.
pub(crate) fn with(folder: &Path, packages: &str) -> Result<PathBuf, String> {
    let programs = folder.join("bin");
    if stamped(folder, packages) && programs.join("python").exists() {
        return Ok(programs);
    }
    succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    let list = folder.join("requirements.txt");
    fs::write(&list, packages).map_err(|problem| format!("{}: {problem}", list.display()))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    let mut command = Command::new(programs.join("python"));
    succeed(command.args(pip).arg("--requirement").arg(&list))?;
    stamp(folder, packages)?;
    Ok(programs)
}

/// Whether [`stamp`] wrote the same text into `folder`.
pub(crate) fn stamped(folder: &Path, locked: &str) -> bool {
    fs::read_to_string(folder.join("stamp")).is_ok_and(|stamp| stamp == locked)
}

/// Remembers what was installed in `folder`.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn stamp(folder: &Path, locked: &str) -> Result<(), String> {
    fs::write(folder.join("stamp"), locked).map_err(|problem| format!("stamp: {problem}"))
}

/// Runs `command`.
///
/// # Errors
/// All that it printed, when it fails.
pub(crate) fn succeed(command: &mut Command) -> Result<(), String> {
    match process::run(command)? {
        Finished { status, .. } if status.success() => Ok(()),
        Finished { status, output } => Err(format!("{output}\n{command:?}: {status}")),
    }
}
