//! What a rule finds, and where it writes it.

use std::fmt;

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(super) path: String,
    /// Counted from 1; 0 when it is about the whole file.
    pub(super) line: usize,
    pub(super) rule: &'static str,
    pub(super) what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.what)
    }
}

/// Collects the findings of one rule.
pub(super) struct Report<'a> {
    rule: &'static str,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Report<'a> {
    pub(super) fn of(rule: &'static str, findings: &'a mut Vec<Finding>) -> Self {
        Self { rule, findings }
    }

    /// Notes one place; `line` is 0 for the whole file.
    pub(super) fn add(&mut self, path: &str, line: usize, what: impl Into<String>) {
        let (path, rule, what) = (path.to_owned(), self.rule, what.into());
        self.findings.push(Finding { path, line, rule, what });
    }
}
