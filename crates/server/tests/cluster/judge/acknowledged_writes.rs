//! Acknowledged writes: every node has them at the end, and all nodes agree.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use super::timeline::Timelines;
use crate::history::{At, History, Span, State, Subject};

const THERE: &str = "what was acknowledged as made is there at the end";
const AS_SAID: &str = "what was acknowledged as changed is so at the end";
const SAME: &str = "all nodes say the same at the end";

pub(super) fn judge(history: &History, findings: &mut Findings) {
    let timelines = Timelines::new(history);
    let made: BTreeSet<Subject> = history.made.iter().copied().collect();
    let mut all: BTreeMap<Subject, Vec<State>> = BTreeMap::new();
    for read in &history.read_back {
        all.entry(read.subject).or_default().push(read.state);
        if made.contains(&read.subject) {
            findings.hold(THERE, read.state != State::Missing, || format!("{read:?}"));
        }
        if let Some(expected) = last(&timelines, read.subject) {
            findings.hold(AS_SAID, read.state == expected, || {
                format!("{expected:?} was acknowledged: {read:?}")
            });
        }
    }
    for (subject, states) in all {
        let same = states.windows(2).all(|pair| pair.first() == pair.last());
        findings.hold(SAME, same, || format!("{subject:?}: {states:?}"));
    }
}

/// The state of the subject after all changes, where that is certain.
fn last(timelines: &Timelines<'_>, subject: Subject) -> Option<State> {
    let end = Span { start: At::MAX, end: At::MAX };
    let one = crate::history::Credential { hangs_from: vec![subject], born: At::ZERO };
    if timelines.of(subject).is_empty() {
        None
    } else if timelines.bad_since(&one, end).is_some() {
        Some(State::Bad)
    } else {
        timelines.good_since(&one, end).map(|_| State::Good)
    }
}
