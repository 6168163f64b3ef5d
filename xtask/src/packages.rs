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
    let _quiet = Quiet::begin();
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

/// While it lives, packages start no services of theirs: tests start what they need themselves, and a
/// port that is in use must not fail an installation (Debian Policy §9.3.3.1, `policy-rc.d`).
struct Quiet {
    ours: bool,
}

const POLICY: &str = "/usr/sbin/policy-rc.d";

impl Quiet {
    /// Where the machine has a policy already, that one counts.
    fn begin() -> Self {
        use std::os::unix::fs::OpenOptionsExt as _;
        let made = std::fs::File::options().write(true).create_new(true).mode(0o755).open(POLICY);
        let written = made
            .and_then(|mut file| std::io::Write::write_all(&mut file, b"#!/bin/sh\nexit 101\n"));
        Self { ours: written.is_ok() }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if self.ours {
            let _best_effort = std::fs::remove_file(POLICY);
        }
    }
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new("apt-get");
    command.args(["-o", "DPkg::Lock::Timeout=120"]).args(arguments);
    match process::run(command.env("DEBIAN_FRONTEND", "noninteractive"))? {
        Finished { status, .. } if status.success() => Ok(()),
        Finished { status, output } => Err(format!("{output}\napt-get: {status}")),
    }
}
