//! JSON files with credentials.
//!
//! Invariant: each is readable by its owner only, and is complete or absent.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::CommandError;

/// Reads a file; `None` when it does not exist.
///
/// # Errors
/// When it cannot be read or parsed.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, CommandError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(command_error(path, "cannot be read", error)),
    };
    serde_json::from_str(&text).map(Some).map_err(|error| command_error(path, "is damaged", error))
}

/// Writes a file. Replaces an older one.
///
/// # Errors
/// When it cannot be written. The older file is unchanged then.
pub(super) fn write<T: Serialize>(path: &Path, content: &T) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(content)
        .map_err(|error| command_error(path, "cannot be written", error))?;
    let beside = path.with_extension("json.new");
    let written = whole(&beside, &text).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| command_error(path, "cannot be written", error))
}

fn whole(path: &Path, text: &str) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

fn command_error(path: &Path, what: &str, error: impl std::fmt::Display) -> CommandError {
    CommandError::new(format!("{} {what}: {error}", path.display()))
}
