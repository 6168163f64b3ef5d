//! How a command ends when it cannot go on: one line on standard error, and an exit code.

use std::fmt;

/// Exit code of a command that failed.
pub(crate) const FAILED: u8 = 1;
/// Exit code of a command that was called wrongly.
pub(crate) const USAGE: u8 = 2;

/// Why a command ends. Holds no secret.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) code: u8,
    message: String,
}

impl CommandError {
    /// What went wrong, in one line.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        let message = message.to_string().replace(['\n', '\r'], " ");
        Self { code: FAILED, message }
    }

    /// What was called wrongly, in one line.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self { code: USAGE, ..Self::new(message) }
    }

    /// Said already: only the exit code is left to give.
    pub(crate) const fn silent(code: u8) -> Self {
        Self { code, message: String::new() }
    }

    /// Tells it on standard error.
    #[allow(clippy::print_stderr, reason = "the last word of a command is for the terminal")]
    pub(crate) fn tell(&self) {
        if !self.message.is_empty() {
            eprintln!("postern: {}", self.message);
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
