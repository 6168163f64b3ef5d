//! Families of refresh tokens: a token has one successor, however often it is used; it has none
//! after its successor was used; and no family is lost by a retry.

use std::collections::BTreeMap;

use super::Findings;
use crate::history::{History, Refresh, Renewal};

const ONE: &str = "a refresh token has one successor";
const FORKED: &str = "a refresh token succeeds one token";
const TWICE: &str = "no refresh token is spent after its successor was";
const LOST: &str = "no family is lost by a retry";
const REVIVED: &str = "a replayed family stays closed";
const BROKEN: &str = "no refresh is a 5xx other than 503";

pub(super) fn judge(history: &History, findings: &mut Findings) {
    let mut families: BTreeMap<usize, Vec<&Refresh>> = BTreeMap::new();
    for refresh in &history.refreshes {
        let broken = matches!(refresh.answer, Renewal::Broken(_));
        findings.hold(BROKEN, !broken, || format!("{refresh:?}"));
        families.entry(refresh.family).or_default().push(refresh);
    }
    for (family, refreshes) in families {
        one_chain(&refreshes, findings);
        if history.replayed.contains(&family) {
            closed(&refreshes, findings);
        } else {
            for refresh in refreshes {
                let refused = refresh.answer == Renewal::Refused;
                findings.hold(LOST, !refused, || format!("{refresh:?}"));
            }
        }
    }
}

fn one_chain(refreshes: &[&Refresh], findings: &mut Findings) {
    let mut successors: BTreeMap<usize, usize> = BTreeMap::new();
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    for refresh in refreshes {
        let Renewal::Successor(next) = refresh.answer else { continue };
        let known = *successors.entry(refresh.presented).or_insert(next);
        findings.hold(ONE, known == next, || format!("{known} or {next}: {refresh:?}"));
        let first = *before.entry(next).or_insert(refresh.presented);
        findings.hold(FORKED, first == refresh.presented, || format!("of {first}: {refresh:?}"));
    }
    for refresh in refreshes {
        let Renewal::Successor(next) = refresh.answer else { continue };
        let spent = refreshes.iter().find(|it| {
            it.presented == next
                && matches!(it.answer, Renewal::Successor(_))
                && it.span.end < refresh.span.start
        });
        findings.hold(TWICE, spent.is_none(), || format!("{refresh:?} after {spent:?}"));
    }
}

/// After a replay was refused, no token of the family is active.
fn closed(refreshes: &[&Refresh], findings: &mut Findings) {
    let refused = refreshes.iter().filter(|it| it.answer == Renewal::Refused);
    let Some(since) = refused.map(|it| it.span.end).min() else { return };
    for refresh in refreshes.iter().filter(|it| it.span.start > since) {
        let renewed = matches!(refresh.answer, Renewal::Successor(_));
        findings.hold(REVIVED, !renewed, || format!("closed at {since:?}: {refresh:?}"));
    }
}
