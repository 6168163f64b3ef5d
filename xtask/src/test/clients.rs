//! The npm and Python packages of the tests: outside clients at the versions of `tests/clients/`, and
//! what drives the browser at those of `tests/browser/`.
//!
//! Installed below `target/`, again only when their lock changes.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::process::{self, Finished};

/// Published client libraries.
pub(super) const CLIENTS: &str = "tests/clients";
/// What drives the browser and judges its pages.
pub(super) const BROWSER: &str = "tests/browser";

/// Makes the virtual environment; returns its interpreter.
///
/// # Errors
/// What pip printed.
pub(super) fn python(root: &Path, folder: &Path) -> Result<String, String> {
    let requirements = root.join(CLIENTS).join("requirements.txt");
    let locked = read(&requirements)?;
    let venv = folder.join("venv");
    let interpreter = venv.join("bin/python");
    if !stamped(&venv, &locked) || !interpreter.exists() {
        succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        let mut command = Command::new(&interpreter);
        succeed(command.args(pip).args(["--no-deps", "--requirement"]).arg(&requirements))?;
        stamp(&venv, &locked)?;
    }
    Ok(interpreter.display().to_string())
}

/// Installs the npm packages locked in `place`; returns their `node_modules`.
///
/// A link beside the scripts lets their `import` statements find the packages: modules do not read
/// `NODE_PATH`.
///
/// # Errors
/// What npm printed.
pub(super) fn node(root: &Path, folder: &Path, place: &str) -> Result<String, String> {
    let here = root.join(place);
    let (manifest, lock) =
        (read(&here.join("package.json"))?, read(&here.join("package-lock.json"))?);
    let both = format!("{manifest}{lock}");
    let target = folder.join(if place == CLIENTS { "node" } else { "browser" });
    let modules = target.join("node_modules");
    if !stamped(&target, &both) || !modules.exists() {
        let made = fs::create_dir_all(&target)
            .and_then(|()| fs::write(target.join("package.json"), &manifest))
            .and_then(|()| fs::write(target.join("package-lock.json"), &lock));
        made.map_err(|problem| format!("{}: {problem}", target.display()))?;
        let quietly = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        succeed(Command::new("npm").args(quietly).current_dir(&target))?;
        stamp(&target, &both)?;
    }
    link(&modules, &here.join("node_modules"))?;
    Ok(modules.display().to_string())
}

fn link(to: &Path, at: &Path) -> Result<(), String> {
    if fs::read_link(at).is_ok_and(|there| there == to) {
        return Ok(());
    }
    let _none_is_fine = fs::remove_file(at);
    std::os::unix::fs::symlink(to, at).map_err(|problem| format!("{}: {problem}", at.display()))
}

fn stamped(folder: &Path, locked: &str) -> bool {
    fs::read_to_string(folder.join("stamp")).is_ok_and(|stamp| stamp == locked)
}

fn stamp(folder: &Path, locked: &str) -> Result<(), String> {
    fs::write(folder.join("stamp"), locked).map_err(|problem| format!("stamp: {problem}"))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|problem| format!("{}: {problem}", path.display()))
}

fn succeed(command: &mut Command) -> Result<(), String> {
    match process::run(command)? {
        Finished { status, .. } if status.success() => Ok(()),
        Finished { status, output } => Err(format!("{output}\n{command:?}: {status}")),
    }
}
