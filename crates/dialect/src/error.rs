//! The error of a dialect file that cannot be loaded: where, what was found, what was expected.

use std::fmt;
use std::ops::Range;

/// Why a dialect file was refused. Displays as `own.toml:12:9: unknown parameter "clientid";
/// expected one of …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialectError {
    /// The file's name, as it was given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was found and what was expected.
    pub message: String,
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for DialectError {}

/// A file's name and text, for converting a byte offset to line and column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    pub(crate) fn error(&self, span: &Range<usize>, message: impl Into<String>) -> DialectError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        DialectError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column,
            message: message.into(),
        }
    }
}
