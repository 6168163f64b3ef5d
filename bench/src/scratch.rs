//! A folder for one run, on a disk as a server would use, removed at the end.

use std::path::{Path, PathBuf};

/// The folder.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// A new folder below `target/`. On a temporary file system, commits would cost nothing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn new() -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|problem| problem.to_string())?;
        let name = format!("bench-{}", std::process::id());
        let folder = program.with_file_name(name);
        let made = std::fs::create_dir(&folder);
        made.map_err(|problem| format!("{}: {problem}", folder.display()))?;
        Ok(Self(folder))
    }

    /// A new folder called `name` in it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.0.join(name);
        let made = std::fs::create_dir(&folder);
        made.map_err(|problem| format!("{}: {problem}", folder.display()))?;
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _best_effort = std::fs::remove_dir_all(&self.0);
    }
}
