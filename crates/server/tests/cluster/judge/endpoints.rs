//! Endpoints: no inactive credential is accepted after the limit, no active one is refused, and no
//! endpoint fails.

use std::collections::BTreeMap;
use std::time::Duration;

use super::timeline::Timelines;
use super::{Findings, Limits, troubled};
use crate::history::{Call, Endpoint, History, Observation};

const LATE: &str = "no revoked credential is accepted after the limit";
const LATE_IN_A_FAULT: &str = "no revoked credential is accepted after the stale limit in a fault";
const TURNED_AWAY: &str = "no good credential is refused";
const CALM: &str = "good credentials are answered while nothing is broken";
const BROKEN: &str = "no answer is a 5xx other than 503";

pub(super) fn judge(history: &History, limits: &Limits, findings: &mut Findings) {
    let timelines = Timelines::new(history);
    for call in &history.calls {
        let broken = matches!(call.observation, Observation::Broken(_));
        findings.hold(BROKEN, !broken, || format!("{call:?}"));
        let Some(credential) = history.credentials.get(call.credential) else { continue };
        if let Some(since) = timelines.bad_since(credential, call.span) {
            bad(history, limits, call, since, findings);
        } else if let Some(since) = timelines.good_since(credential, call.span) {
            good(history, limits, call, since, findings);
        }
    }
}

fn troubled_now(history: &History, limits: &Limits, call: &Call) -> bool {
    troubled(history, limits, call.endpoint, call.span.start, call.span.end)
}

fn bad(history: &History, limits: &Limits, call: &Call, since: Duration, findings: &mut Findings) {
    let late = call.span.start.saturating_sub(since);
    let accepted = call.observation == Observation::Accepted;
    let reported = || format!("{late:?} after the acknowledgement at {since:?}: {call:?}");
    if !troubled(history, limits, call.endpoint, since, call.span.end) {
        if late > limits.calm {
            findings.hold(LATE, !accepted, reported);
        }
    } else if late > limits.stale_at(call.endpoint) + limits.margin {
        let calm_now = !troubled_now(history, limits, call);
        if !call.endpoint.fails_open() || calm_now {
            findings.hold(LATE_IN_A_FAULT, !accepted, reported);
        }
    }
}

fn good(history: &History, limits: &Limits, call: &Call, since: Duration, findings: &mut Findings) {
    if call.span.start.saturating_sub(since) <= limits.calm {
        return;
    }
    // What was activated while the endpoint had no news may still be refused.
    if !troubled(history, limits, call.endpoint, since, since + limits.calm) {
        let refused = call.observation == Observation::Refused;
        findings.hold(TURNED_AWAY, !refused, || format!("good since {since:?}: {call:?}"));
    }
    if !troubled_now(history, limits, call) {
        let accepted = call.observation == Observation::Accepted;
        findings.hold(CALM, accepted, || format!("good since {since:?}: {call:?}"));
    }
}

/// The longest time between two requests that still shows when something changed.
const CLOSE: Duration = Duration::from_millis(250);

/// From the acknowledgement of a revocation to the first refusal that no acceptance followed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Delay {
    pub(crate) endpoint: Endpoint,
    pub(crate) delay: Duration,
}

/// The delays of all revocations in quiet times, per endpoint. Each is an upper bound: it uses the
/// start of the refused request.
pub(crate) fn delays(history: &History, limits: &Limits) -> Vec<Delay> {
    let timelines = Timelines::new(history);
    let mut seen: BTreeMap<(Endpoint, usize, Duration), Vec<&Call>> = BTreeMap::new();
    for call in &history.calls {
        let Some(credential) = history.credentials.get(call.credential) else { continue };
        let Some(since) = timelines.bad_since(credential, call.span) else { continue };
        if !troubled(history, limits, call.endpoint, since, since + limits.calm) {
            seen.entry((call.endpoint, call.credential, since)).or_default().push(call);
        }
    }
    let delay = |((endpoint, _, since), mut calls): (_, Vec<&Call>)| {
        calls.sort_by_key(|call| call.span.start);
        let refused = |call: &&Call| call.observation == Observation::Refused;
        let accepted = calls.iter().rposition(|call| call.observation == Observation::Accepted);
        let after = accepted.map_or(0, |last| last + 1);
        let first = calls.get(after..)?.iter().copied().find(refused)?.span.start;
        let before = accepted.and_then(|last| calls.get(last)).map_or(since, |it| it.span.start);
        // Where requests were too rare, there is nothing to measure.
        let close = first.saturating_sub(before) < CLOSE;
        close.then_some(Delay { endpoint, delay: first.saturating_sub(since) })
    };
    seen.into_iter().filter_map(delay).collect()
}
