//! The error of a configuration that cannot be used: where, what was found, what was expected.

use std::fmt;
use std::ops::Range;
use std::path::Path;

/// Displays as `postern.toml:3:1: what was found, what was expected`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file's name and text, for converting a byte offset to line and column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) file: &'a Path,
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn at(&self, span: &Range<usize>, message: impl fmt::Display) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        let line = before.matches('\n').count() + 1;
        ConfigError(format!("{}:{line}:{column}: {message}", self.file.display()))
    }

    pub(super) fn nowhere(&self, message: impl fmt::Display) -> ConfigError {
        ConfigError(format!("{}: {message}", self.file.display()))
    }
}
