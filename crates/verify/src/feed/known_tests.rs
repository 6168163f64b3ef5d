//! The effect of each kind of message.

use status::{Mark, RevokedMark};

use super::*;

const NOW: i64 = 1_800_000_000_000;
const LIMIT: Duration = Duration::from_secs(30);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(NOW + millis)
}

fn known(sequence: u64) -> Known {
    let mut known = Known::default();
    assert!(known.replace(Marks::default(), (sequence, NOW), (at(0), false)));
    known
}

fn update(after: u64, sequence: u64, as_of: i64) -> Update {
    Update { after, sequence, as_of: NOW + as_of, ..Update::default() }
}

fn bad(id: u128) -> Vec<RevokedMark> {
    vec![RevokedMark { mark: Mark::id(id), until: None }]
}

fn holds(known: &Known, id: u128) -> bool {
    known.marks().contains(Mark::id(id))
}

#[test]
fn nothing_is_known_before_a_snapshot() {
    let mut known = Known::default();
    assert_eq!(known.apply(&update(0, 1, 0), at(0)), UpdateOutcome::Gap);
    assert!(!known.is_fresh(at(0), LIMIT));
}

#[test]
fn messages_are_applied_in_order_and_a_gap_is_noticed() {
    let mut known = known(5);
    let next = Update { gone: bad(1), ..update(5, 7, 1) };
    assert_eq!(known.apply(&next, at(1)), UpdateOutcome::Applied);
    assert!(holds(&known, 1));
    assert_eq!(known.apply(&Update { gone: bad(2), ..update(8, 9, 2) }, at(2)), UpdateOutcome::Gap);
    assert!(!holds(&known, 2));
    assert_eq!(known.apply(&Update { reset: true, ..update(0, 9, 2) }, at(2)), UpdateOutcome::Gap);
    assert_eq!(known.apply(&update(9, 3, 2), at(2)), UpdateOutcome::Gap);
    assert_eq!(known.at().unwrap().sequence, 7);
}

#[test]
fn a_repeated_old_message_restores_nothing() {
    let mut known = known(5);
    let old = Update { back: vec![Mark::id(1)], ..update(5, 6, 1) };
    known.apply(&old, at(1));
    known.apply(&Update { gone: bad(1), ..update(6, 7, 2) }, at(2));
    assert_eq!(known.apply(&old, at(3)), UpdateOutcome::Applied);
    assert!(holds(&known, 1));
    // At the same sequence number, an older message looks like one of another node.
    let same = Update { back: vec![Mark::id(1)], ..update(6, 7, 1) };
    assert_eq!(known.apply(&same, at(3)), UpdateOutcome::Gap);
    assert!(holds(&known, 1));
    let later = Update { back: vec![Mark::id(1)], ..update(7, 7, 4) };
    assert_eq!(known.apply(&later, at(4)), UpdateOutcome::Applied);
    assert!(!holds(&known, 1));
}

#[test]
fn a_part_of_a_change_is_applied_but_does_not_move_as_of() {
    let mut known = known(5);
    let part = Update { gone: bad(1), ..update(5, 5, 20_000) };
    assert_eq!(known.apply(&part, at(20_000)), UpdateOutcome::Applied);
    assert!(holds(&known, 1) && !known.is_fresh(at(40_000), LIMIT));
    // The connection failed, and all parts are sent again.
    assert_eq!(known.apply(&part, at(21_000)), UpdateOutcome::Applied);
    let last = Update { gone: bad(2), ..update(5, 8, 20_000) };
    assert_eq!(known.apply(&last, at(21_000)), UpdateOutcome::Applied);
    assert!(holds(&known, 2) && known.is_fresh(at(40_000), LIMIT));
}

#[test]
fn freshness_is_the_senders_time_limited_by_this_clock() {
    let mut known = known(5);
    let age = |known: &Known, now| known.is_fresh(at(now), LIMIT);
    assert!(age(&known, 30_000) && !age(&known, 30_001));
    known.apply(&update(5, 5, 10_000), at(12_000));
    assert!(age(&known, 40_000) && !age(&known, 40_001));
    // A sender's clock that is an hour ahead counts only up to the time of this clock.
    known.apply(&update(5, 5, 3_600_000), at(20_000));
    assert!(age(&known, 50_000) && !age(&known, 50_001));
    // A repeated old heartbeat, and one of a node that knows less, change nothing.
    known.apply(&update(5, 5, 10_000), at(60_000));
    assert!(!age(&known, 50_001));
    // This clock was set back, so the age of the data is unknown.
    assert!(!age(&known, -10_001));
}

#[test]
fn an_old_snapshot_is_refused_unless_the_known_data_is_stale() {
    let mut known = known(5);
    let mut set = Marks::default();
    set.set(Mark::id(1), None);
    let fresh = (at(1), true);
    assert!(!known.replace(set.clone(), (4, NOW + 1), fresh), "a node that lags");
    assert!(!known.replace(set.clone(), (5, NOW - 1), fresh), "an old one");
    assert!(known.replace(set.clone(), (6, NOW - 1), fresh), "more is known");
    assert!(holds(&known, 1));
    assert!(!known.replace(Marks::default(), (4, NOW), (at(1), false)), "an old one, though stale");
    assert!(known.replace(Marks::default(), (4, NOW + 2), (at(2), false)), "a restored database");
    assert_eq!(known.at().unwrap().sequence, 4);
}
