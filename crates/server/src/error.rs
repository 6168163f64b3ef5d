//! The error of a command: one line on standard error, and an exit code.

use std::fmt;

use domain::text;

/// Exit code of a command that failed.
pub(crate) const FAILED: u8 = 1;
/// Exit code of a command that was called wrongly.
pub(crate) const USAGE: u8 = 2;

/// The error of a command. It holds no secret.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) code: u8,
    message: String,
}

impl CommandError {
    /// An error of the command, in one line.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        let message = message.to_string().replace(['\n', '\r'], " ");
        Self { code: FAILED, message: text::escaped(&message).into_owned() }
    }

    /// An error in the use of the command, in one line.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self { code: USAGE, ..Self::new(message) }
    }

    /// An error that was printed already. Only the exit code is left.
    pub(crate) const fn silent(code: u8) -> Self {
        Self { code, message: String::new() }
    }

    /// Prints the error on standard error.
    #[allow(clippy::print_stderr, reason = "the last word of a command is for the terminal")]
    pub(crate) fn print(&self) {
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
