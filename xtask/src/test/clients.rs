//! The npm and Python packages of the tests: outside clients at the versions of `tests/clients/`, and
//! what drives the browser at those of `tests/browser/`.
//!
//! Installed below `target/`, again only when their lock changes.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::venv::{self, stamp, stamped, succeed};

/// Published client libraries.
pub(super) const CLIENTS: &str = "tests/clients";
/// What drives the browser and judges its pages.
pub(super) const BROWSER: &str = "tests/browser";

/// Makes the virtual environment; returns its interpreter.
///
/// # Errors
/// What pip printed.
pub(super) fn python(root: &Path, folder: &Path) -> Result<String, String> {
    let locked = read(&root.join(CLIENTS).join("requirements.txt"))?;
    let programs = venv::with(&folder.join("venv"), &locked)?;
    Ok(programs.join("python").display().to_string())
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

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|problem| format!("{}: {problem}", path.display()))
}
