//! The judge: compares a history with the promises, and returns the broken ones.
//!
//! Invariant: pure. An uncertain event (a change without acknowledgement, a lost answer) never
//! counts against the program; a certain one does. Every rule also counts how often it decided
//! something, because a rule that never decided proves nothing.

mod acknowledged_writes;
mod budgets;
mod endpoints;
mod refreshes;
mod timeline;
mod without_news;

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::history::{At, Endpoint, History};

pub(crate) use endpoints::{Delay, delays};

/// The promised limits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// From an acknowledgement to its effect everywhere.
    pub(crate) calm: Duration,
    /// After this time without news, an endpoint that fails closed does not use its memory.
    pub(crate) stale: Duration,
    /// The same for introspection, which has no setting per route.
    pub(crate) stale_introspection: Duration,
    /// What a busy machine adds to that.
    pub(crate) margin: Duration,
    /// From the end of a fault until everything works as before.
    pub(crate) recovery: Duration,
}

impl Limits {
    /// After this time without news, an endpoint does not use its memory.
    fn stale_at(&self, endpoint: Endpoint) -> Duration {
        match endpoint {
            Endpoint::Introspection(_) => self.stale_introspection,
            _ => self.stale,
        }
    }
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) rule: &'static str,
    pub(crate) reported: String,
}

/// The result of judging.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) breaches: Vec<Violation>,
    /// How often each rule decided something.
    pub(crate) decided: std::collections::BTreeMap<&'static str, usize>,
}

impl Findings {
    fn decide(&mut self, rule: &'static str) {
        *self.decided.entry(rule).or_default() += 1;
    }

    fn breach(&mut self, rule: &'static str, reported: String) {
        self.breaches.push(Violation { rule, reported });
    }

    /// Decides once: `kept`, or else what `told` says.
    fn hold(&mut self, rule: &'static str, kept: bool, reported: impl FnOnce() -> String) {
        self.decide(rule);
        if !kept {
            self.breach(rule, reported());
        }
    }
}

/// Applies all rules to a history.
pub(crate) fn judge(history: &History, limits: &Limits) -> Findings {
    let mut findings = Findings::default();
    endpoints::judge(history, limits, &mut findings);
    without_news::judge(history, limits, &mut findings);
    refreshes::judge(history, &mut findings);
    budgets::judge(history, &mut findings);
    acknowledged_writes::judge(history, &mut findings);
    findings
}

/// Whether a fault affected `door` at any time between `from` and `to`.
fn troubled(history: &History, limits: &Limits, endpoint: Endpoint, from: At, to: At) -> bool {
    let felt = |fault: &&crate::history::Fault| fault.endpoints.contains(&endpoint);
    let mut faults = history.faults.iter().filter(felt);
    faults.any(|fault| fault.span.start <= to && from <= fault.span.end + limits.recovery)
}
