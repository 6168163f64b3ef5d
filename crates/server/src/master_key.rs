//! Reads the master key, and creates one for `dev`.
//!
//! Invariant: an existing key file is never overwritten, and its text is never in a message.

use std::fs::{OpenOptions, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use base::{MasterKey, Rng};
use zeroize::Zeroizing;

use crate::config::KeySource;
use crate::environment;
use crate::error::CommandError;

/// Reads the key that a configuration names.
///
/// # Errors
/// When there is none, or it is damaged.
pub(crate) fn read(source: &KeySource) -> Result<MasterKey, CommandError> {
    match source {
        KeySource::File(path) => read_file(path),
        KeySource::Variable(name) => {
            let text = environment::variable(name).map(Zeroizing::new);
            let text = text.ok_or_else(|| {
                CommandError::new(format!(
                    "the environment variable {name} with the master key is not set"
                ))
            })?;
            MasterKey::parse(&text).map_err(|error| {
                CommandError::new(format!("the environment variable {name}: {error}"))
            })
        }
    }
}

/// Reads the key in `path`.
///
/// # Errors
/// When it does not exist, cannot be read, or is damaged.
pub(crate) fn read_file(path: &Path) -> Result<MasterKey, CommandError> {
    let text = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
        let what = match error.kind() {
            ErrorKind::NotFound => "is missing".to_owned(),
            ErrorKind::InvalidData => "is damaged: it is not text".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        CommandError::new(format!("the master key file {} {what}", path.display()))
    })?;
    MasterKey::parse(&text).map_err(|error| {
        CommandError::new(format!("the master key file {} is damaged: {error}", path.display()))
    })
}

/// Creates a key and its file, readable by its owner only.
///
/// # Errors
/// When the file exists already or cannot be written.
pub(crate) fn create_file(path: &Path, rng: &dyn Rng) -> Result<MasterKey, CommandError> {
    let key = MasterKey::generate(rng);
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).and_then(
        |mut file| {
            file.set_permissions(Permissions::from_mode(0o600))?;
            writeln!(file, "{}", key.to_text().as_str())?;
            file.sync_all()
        },
    );
    match written {
        Ok(()) => Ok(key),
        Err(error) => Err(CommandError::new(format!(
            "the master key file {} cannot be written: {error}",
            path.display()
        ))),
    }
}
