//! What is certain about a subject at a time, from the changes to it.

use std::collections::BTreeMap;

use crate::history::{At, Change, Credential, History, Span, Subject};

/// The changes of each subject.
pub(super) struct Timelines<'a>(BTreeMap<Subject, Vec<&'a Change>>);

impl<'a> Timelines<'a> {
    pub(super) fn new(history: &'a History) -> Self {
        let mut all: BTreeMap<Subject, Vec<&Change>> = BTreeMap::new();
        for change in &history.changes {
            all.entry(change.subject).or_default().push(change);
        }
        Self(all)
    }

    pub(super) fn of(&self, subject: Subject) -> &[&'a Change] {
        self.0.get(&subject).map_or(&[], Vec::as_slice)
    }

    /// The time since which something that `credential` depends on has certainly been inactive, for
    /// all of `span`.
    pub(super) fn bad_since(&self, credential: &Credential, span: Span) -> Option<At> {
        credential.hangs_from.iter().filter_map(|it| bad_since(self.of(*it), span)).min()
    }

    /// The time since which everything that `credential` depends on has certainly been active, for
    /// all of `span`.
    pub(super) fn good_since(&self, credential: &Credential, span: Span) -> Option<At> {
        let born = (credential.born <= span.start).then_some(credential.born);
        let mut since = credential.hangs_from.iter().map(|it| good_since(self.of(*it), span));
        since.try_fold(born?, |latest, since| Some(latest.max(since?)))
    }
}

/// The earliest acknowledged revocation that no change may have undone by the end of `span`.
fn bad_since(changes: &[&Change], span: Span) -> Option<At> {
    let lasting = |bad: &&&Change| {
        // A change without acknowledgement may happen at any later time.
        let may_follow = |it: &Change| !it.acknowledged || it.span.end >= bad.span.start;
        let undone = |it: &&Change| it.good && may_follow(it) && it.span.start <= span.end;
        !bad.good && bad.acknowledged && bad.span.end <= span.start && !changes.iter().any(undone)
    };
    changes.iter().filter(lasting).map(|bad| bad.span.end).min()
}

/// The acknowledgement that finally made it active: zero where it was never revoked. A revocation
/// without acknowledgement may happen at any later time.
fn good_since(changes: &[&Change], span: Span) -> Option<At> {
    let mut since = At::ZERO;
    for bad in changes.iter().filter(|it| !it.good && it.span.start <= span.end) {
        let undone = |it: &&&Change| {
            it.good && it.acknowledged && it.span.start >= bad.span.end && it.span.end <= span.start
        };
        let again = changes.iter().filter(undone).map(|it| it.span.end).min();
        since = since.max(again.filter(|_| bad.acknowledged)?);
    }
    Some(since)
}
