//! Debian packages that the tests need: looked for first, installed only when missing.

use std::path::Path;
use std::process::Command;

use crate::process::{self, Finished};

/// A thing the tests need, how to see that it is there, and what brings it.
struct Need {
    present: fn() -> bool,
    packages: &'static [&'static str],
}

const NEEDS: &[Need] = &[
    Need { present: || super::postgres::programs().is_some(), packages: &["postgresql"] },
    Need { present: || works("curl", &["--version"]), packages: &["curl"] },
    Need { present: || works("openssl", &["version"]), packages: &["openssl"] },
    Need { present: || works("node", &["--version"]), packages: &["nodejs"] },
    Need { present: || works("npm", &["--version"]), packages: &["npm"] },
    Need {
        present: || works("python3", &["-c", "import venv, ensurepip"]),
        packages: &["python3", "python3-venv", "python3-pip"],
    },
];

/// Installs what is missing.
///
/// # Errors
/// What apt printed, or the packages to install when we may not.
pub(super) fn install() -> Result<(), String> {
    let missing: Vec<&str> = NEEDS
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
pub(super) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|ours| ours.uid() == 0)
}

fn works(program: &str, arguments: &[&str]) -> bool {
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
