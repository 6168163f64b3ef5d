//! What a check finds.

use std::fmt;

use domain::text;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    /// The program will not start, or will not do what the configuration says.
    Wrong,
    /// The program works, but an attacker can do more than necessary.
    Weak,
    /// Nothing is wrong, but an operator should know it before an upgrade.
    Note,
}

/// A finding of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    /// A stable name, described in `docs/configuration.md`.
    pub(super) code: &'static str,
    pub(super) text: String,
}

impl Finding {
    pub(super) fn wrong(code: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Wrong, code, text: text.into() }
    }

    pub(super) fn note(code: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Note, code, text: text.into() }
    }

    pub(super) fn weak(code: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Weak, code, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Wrong => "wrong",
            Severity::Weak => "weak ",
            Severity::Note => "note ",
        };
        write!(f, "{severity}  {}: {}", self.code, text::escaped(&self.text))
    }
}
