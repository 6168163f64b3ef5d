//! Budgets: no more is issued than allowed, and nothing is refused while something is left.

use std::collections::BTreeMap;

use super::Findings;
use crate::history::{History, Paid, Spend};

const KEPT: &str = "no budget is exceeded";
const EARLY: &str = "no budget is refused before it is spent";
const BROKEN: &str = "no token request is a 5xx other than 503";

pub(super) fn judge(history: &History, findings: &mut Findings) {
    let mut windows: BTreeMap<(usize, i64), Vec<&Spend>> = BTreeMap::new();
    for spend in &history.spends {
        let broken = matches!(spend.answer, Paid::Broken(_));
        findings.hold(BROKEN, !broken, || format!("{spend:?}"));
        if let Some(hour) = spend.hour {
            windows.entry((spend.client, hour)).or_default().push(spend);
        }
    }
    let crosses = |client: usize| {
        history.spends.iter().any(|spend| spend.client == client && spend.hour.is_none())
    };
    for ((client, hour), spends) in windows {
        let Some(limit) = history.budgets.get(client).copied() else { continue };
        let issued = spends.iter().filter(|spend| spend.answer == Paid::Issued).count();
        let reported = || format!("client {client} in hour {hour}: {issued} of {limit}");
        findings.hold(KEPT, issued <= limit, reported);
        if !crosses(client) {
            early(limit, &spends, findings);
        }
    }
}

/// Every refusal must have `limit` earlier requests that were paid for, or may have been.
fn early(limit: usize, spends: &[&Spend], findings: &mut Findings) {
    for refused in spends.iter().filter(|spend| spend.answer == Paid::Exhausted) {
        let maybe_paid = |it: &&&Spend| {
            matches!(it.answer, Paid::Issued | Paid::Unknown) && it.span.start <= refused.span.end
        };
        let paid = spends.iter().filter(maybe_paid).count();
        findings.hold(EARLY, paid >= limit, || format!("{paid} of {limit}: {refused:?}"));
    }
}
