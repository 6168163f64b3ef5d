//! The judge: from a history alone to what was promised and not kept.
//!
//! Invariant: pure. Whatever is uncertain (a change nobody acknowledged, an answer that was lost) is
//! no fault of the program; whatever is certain is held against it. Every rule also says how often it
//! had something to decide: a rule that was idle proves nothing.

mod away;
mod budgets;
mod endpoints;
mod refreshes;
mod timeline;
mod written;

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::history::{At, Endpoint, History};

pub(crate) use endpoints::{Delay, delays};

/// What is promised.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// From an acknowledgement to its effect everywhere.
    pub(crate) calm: Duration,
    /// After so long without word a door that fails closed does not believe what it remembers.
    pub(crate) stale: Duration,
    /// The same for introspection, which no route tells what to do.
    pub(crate) stale_introspection: Duration,
    /// What a busy machine adds to that.
    pub(crate) margin: Duration,
    /// From the end of a fault until all is as before.
    pub(crate) recovery: Duration,
}

impl Limits {
    /// After so long without word a door does not believe what it remembers.
    fn stale_at(&self, endpoint: Endpoint) -> Duration {
        match endpoint {
            Endpoint::Introspection(_) => self.stale_introspection,
            _ => self.stale,
        }
    }
}

/// A promise not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) rule: &'static str,
    pub(crate) told: String,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) breaches: Vec<Violation>,
    /// How often each rule had something to decide.
    pub(crate) decided: std::collections::BTreeMap<&'static str, usize>,
}

impl Findings {
    fn decide(&mut self, rule: &'static str) {
        *self.decided.entry(rule).or_default() += 1;
    }

    fn breach(&mut self, rule: &'static str, told: String) {
        self.breaches.push(Violation { rule, told });
    }

    /// Decides once: `kept`, or else what `told` says.
    fn hold(&mut self, rule: &'static str, kept: bool, told: impl FnOnce() -> String) {
        self.decide(rule);
        if !kept {
            self.breach(rule, told());
        }
    }
}

/// Holds all rules against a history.
pub(crate) fn judge(history: &History, limits: &Limits) -> Findings {
    let mut findings = Findings::default();
    endpoints::judge(history, limits, &mut findings);
    away::judge(history, limits, &mut findings);
    refreshes::judge(history, &mut findings);
    budgets::judge(history, &mut findings);
    written::judge(history, &mut findings);
    findings
}

/// Whether a fault was felt at `door` at any time between `from` and `to`.
fn troubled(history: &History, limits: &Limits, endpoint: Endpoint, from: At, to: At) -> bool {
    let felt = |fault: &&crate::history::Fault| fault.endpoints.contains(&endpoint);
    let mut faults = history.faults.iter().filter(felt);
    faults.any(|fault| fault.span.start <= to && from <= fault.span.end + limits.recovery)
}
