//! Debian packages that tasks need: looked for first, installed only when missing.

use std::path::Path;
use std::process::Command;

use crate::process::{self, Finished};

/// A thing a task needs, how to see that it is there, and what brings it.
pub(crate) struct Need {
    pub(crate) present: fn() -> bool,
    pub(crate) packages: &'static [&'static str],
}

/// Installs what is missing.
///
/// # Errors
/// What apt printed, or the packages to install when we may not.
pub(crate) fn install(needs: &[Need]) -> Result<(), String> {
    let missing: Vec<&str> = needs
        .iter()
        .filter(|need| !(need.present)())
        .flat_map(|need| need.packages.iter().copied())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        return Err(format!("missing, and only root can install them: {}", missing.join(" ")));
    }
    apt(&["update"])?;
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(missing);
    apt(&arguments)
}

/// Whether we may become any user.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|ours| ours.uid() == 0)
}

/// Whether `program` is there and does not fail.
pub(crate) fn works(program: &str, arguments: &[&str]) -> bool {
    process::run(Command::new(program).args(arguments)).is_ok_and(|done| done.status.success())
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new("apt-get");
    command.args(["-o", "DPkg::Lock::Timeout=120"]).args(arguments);
    match process::run(command.env("DEBIAN_FRONTEND", "noninteractive"))? {
        Finished { status, .. } if status.success() => Ok(()),
        Finished { status, output } => Err(format!("{output}\napt-get: {status}")),
    }
}
