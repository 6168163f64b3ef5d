//! Without news: an endpoint answers from memory until that is too old, and then does what its
//! route says.

use super::timeline::Timelines;
use super::{Findings, Limits};
use crate::history::{Call, Endpoint, Fault, History, Observation};

const FROM_MEMORY: &str = "known credentials are answered from memory while it is fresh";
const CLOSED: &str = "closed routes are 503 after the stale limit";
const OPEN: &str = "open routes are answered from memory all the while";

pub(super) fn judge(history: &History, limits: &Limits, findings: &mut Findings) {
    let timelines = Timelines::new(history);
    for fault in &history.faults {
        for call in history.calls.iter().filter(|call| is_within(fault, call)) {
            let Some(credential) = history.credentials.get(call.credential) else { continue };
            let good = timelines.good_since(credential, call.span);
            if good.is_some_and(|since| since + limits.calm < fault.span.start) {
                one(limits, fault, call, findings);
            }
        }
    }
}

fn is_within(fault: &Fault, call: &Call) -> bool {
    let span = fault.span;
    let asks_itself = !matches!(call.endpoint, Endpoint::Nginx | Endpoint::Haproxy);
    // An answer in progress when the fault began or ended may belong to either period.
    let inside = span.start < call.span.start && call.span.end < span.end;
    asks_itself && inside && fault.without_news.contains(&call.endpoint)
}

fn one(limits: &Limits, fault: &Fault, call: &Call, findings: &mut Findings) {
    let accepted = call.observation == Observation::Accepted;
    let reported = || format!("{} since {:?}: {call:?}", fault.name, fault.span.start);
    if call.endpoint.fails_open() {
        findings.hold(OPEN, accepted, reported);
    } else if call.span.end + limits.margin < fault.span.start + limits.stale {
        findings.hold(FROM_MEMORY, accepted, reported);
    } else if call.span.start > fault.span.start + limits.stale + limits.margin
        && call.span.end < fault.mending
        // It has no route with a setting, so only the stale limit applies.
        && !matches!(call.endpoint, Endpoint::Introspection(_))
    {
        findings.hold(CLOSED, call.observation == Observation::Unsure, reported);
    }
}
