//! Histories made by hand, each with one error: every rule finds its own error, and none in the
//! correct history.

use std::time::Duration;

use super::{Limits, delays, judge};
use crate::history::{
    Call, Change, Credential, Endpoint, Fault, History, Observation, Paid, ReadBack, Refresh,
    Renewal, Span, Spend, State, Subject,
};

const LIMITS: Limits = Limits {
    calm: Duration::from_secs(1),
    stale: Duration::from_secs(3),
    stale_introspection: Duration::from_secs(10),
    margin: Duration::from_secs(1),
    recovery: Duration::from_secs(2),
};
const KEY: Subject = Subject(0);
const ORGANIZATION: Subject = Subject(1);

fn ms(at: u64) -> Duration {
    Duration::from_millis(at)
}

fn span(start: u64, end: u64) -> Span {
    Span { start: ms(start), end: ms(end) }
}

/// One credential that depends on a key and an organization.
fn history() -> History {
    let credential = Credential { hangs_from: vec![KEY, ORGANIZATION], born: ms(0) };
    History { credentials: vec![credential], ..History::default() }
}

fn call(endpoint: Endpoint, start: u64, observation: Observation) -> Call {
    Call { endpoint, credential: 0, span: span(start, start + 5), observation }
}

fn change(subject: Subject, good: bool, at: u64) -> Change {
    Change { subject, good, span: span(at, at + 10), acknowledged: true }
}

fn fault(endpoints: &[Endpoint], start: u64, end: u64) -> Fault {
    let (span, endpoints) = (span(start, end), endpoints.to_vec());
    Fault { name: "made up", mending: span.end, span, without_news: endpoints.clone(), endpoints }
}

/// The rules that `history` breaks, each once.
fn broken(history: &History) -> Vec<&'static str> {
    let found = judge(history, &LIMITS);
    for breach in &found.breaches {
        assert!(found.decided[breach.rule] > 0, "{breach:?}");
    }
    let mut rules: Vec<_> = found.breaches.iter().map(|it| it.rule).collect();
    rules.dedup();
    rules
}

#[test]
fn a_revoked_credential_may_be_accepted_for_a_second_and_no_longer() {
    let mut history = history();
    history.changes.push(change(KEY, false, 1_000));
    history.calls.push(call(Endpoint::Nginx, 2_000, Observation::Accepted));
    assert!(broken(&history).is_empty());
    history.calls.push(call(Endpoint::Nginx, 2_011, Observation::Accepted));
    assert_eq!(broken(&history), ["no revoked credential is accepted after the limit"]);
    history.calls.pop();
    history.calls.push(call(Endpoint::Nginx, 2_011, Observation::Refused));
    let found = judge(&history, &LIMITS);
    assert!(found.breaches.is_empty());
    assert_eq!(found.decided["no revoked credential is accepted after the limit"], 1);
}

#[test]
fn a_revival_long_after_the_revocation_is_seen() {
    let mut history = history();
    history.changes.push(change(KEY, false, 1_000));
    history.calls.push(call(Endpoint::Gate(0), 2_500, Observation::Refused));
    history.calls.push(call(Endpoint::Gate(1), 60_000, Observation::Accepted));
    assert_eq!(broken(&history), ["no revoked credential is accepted after the limit"]);
}

#[test]
fn changes_without_acknowledgement_never_count_as_errors() {
    let mut history = history();
    history.changes.push(Change { acknowledged: false, ..change(KEY, false, 1_000) });
    history.calls.push(call(Endpoint::Gate(0), 9_000, Observation::Accepted));
    history.calls.push(call(Endpoint::Gate(0), 9_500, Observation::Refused));
    assert!(broken(&history).is_empty());
}

#[test]
fn a_suspension_counts_until_it_is_lifted_and_then_no_longer() {
    let mut history = history();
    history.changes.push(change(ORGANIZATION, false, 1_000));
    history.changes.push(change(ORGANIZATION, true, 5_000));
    history.calls.push(call(Endpoint::Verifier(2), 4_900, Observation::Refused));
    history.calls.push(call(Endpoint::Verifier(2), 5_500, Observation::Refused));
    history.calls.push(call(Endpoint::Verifier(2), 7_000, Observation::Accepted));
    assert!(broken(&history).is_empty());
    history.calls.push(call(Endpoint::Verifier(2), 4_950, Observation::Accepted));
    assert_eq!(broken(&history), ["no revoked credential is accepted after the limit"]);
    history.calls.pop();
    history.calls.push(call(Endpoint::Verifier(2), 7_100, Observation::Refused));
    let expected =
        ["no good credential is refused", "good credentials are answered while nothing is broken"];
    assert_eq!(broken(&history), expected);
}

#[test]
fn in_a_fault_the_stale_limit_counts_and_only_at_the_endpoints_it_affects() {
    let mut history = history();
    history.faults.push(fault(&[Endpoint::Gate(0)], 900, 9_000));
    history.changes.push(change(KEY, false, 1_000));
    history.calls.push(call(Endpoint::Gate(0), 4_900, Observation::Accepted));
    assert!(broken(&history).is_empty());
    history.calls.push(call(Endpoint::Gate(0), 5_100, Observation::Accepted));
    let late = "no revoked credential is accepted after the stale limit in a fault";
    assert_eq!(broken(&history), [late]);
    history.calls.pop();
    history.calls.push(call(Endpoint::Gate(1), 3_000, Observation::Accepted));
    assert_eq!(broken(&history), ["no revoked credential is accepted after the limit"]);
}

#[test]
fn an_open_route_may_be_late_in_the_dark_but_not_after_it() {
    let mut history = history();
    history.faults.push(fault(&[Endpoint::OpenGate(0)], 900, 9_000));
    history.changes.push(change(KEY, false, 1_000));
    history.calls.push(call(Endpoint::OpenGate(0), 8_000, Observation::Accepted));
    assert!(broken(&history).is_empty());
    history.calls.push(call(Endpoint::OpenGate(0), 11_500, Observation::Accepted));
    let late = "no revoked credential is accepted after the stale limit in a fault";
    assert_eq!(broken(&history), [late]);
}

#[test]
fn an_active_credential_is_neither_refused_nor_left_without_an_answer() {
    let mut history = history();
    history.calls.push(call(Endpoint::Haproxy, 3_000, Observation::Accepted));
    assert!(broken(&history).is_empty());
    for observation in [Observation::Unsure, Observation::Lost] {
        history.calls.push(call(Endpoint::Haproxy, 4_000, observation));
        assert_eq!(broken(&history), ["good credentials are answered while nothing is broken"]);
        history.calls.pop();
    }
    history.faults.push(fault(&[Endpoint::Haproxy], 3_500, 4_500));
    history.calls.push(call(Endpoint::Haproxy, 4_000, Observation::Unsure));
    assert!(broken(&history).is_empty());
    history.calls.push(call(Endpoint::Haproxy, 4_000, Observation::Refused));
    assert_eq!(broken(&history), ["no good credential is refused"]);
}

#[test]
fn a_500_is_an_error_at_every_endpoint() {
    let mut history = history();
    history.faults.push(fault(&[Endpoint::Gate(2)], 0, 9_000));
    history.calls.push(call(Endpoint::Gate(2), 4_000, Observation::Broken(500)));
    assert!(broken(&history).contains(&"no answer is a 5xx other than 503"));
}

#[test]
fn in_the_dark_memory_answers_while_it_is_fresh_and_then_routes_do_as_they_say() {
    let (closed, open) = (Endpoint::Gate(0), Endpoint::OpenGate(0));
    let mut history = history();
    history.faults.push(fault(&[closed, open], 10_000, 20_000));
    let good = [
        call(closed, 11_000, Observation::Accepted),
        call(closed, 13_000, Observation::Unsure),
        call(closed, 15_000, Observation::Unsure),
        call(open, 11_000, Observation::Accepted),
        call(open, 15_000, Observation::Accepted),
    ];
    history.calls.extend(good);
    let found = judge(&history, &LIMITS);
    assert!(found.breaches.is_empty(), "{:?}", found.breaches);
    assert_eq!(found.decided["known credentials are answered from memory while it is fresh"], 1);
    let bad = [
        (
            call(closed, 11_000, Observation::Unsure),
            "known credentials are answered from memory while it is fresh",
        ),
        (
            call(closed, 15_000, Observation::Accepted),
            "closed routes are 503 after the stale limit",
        ),
        (
            call(open, 15_000, Observation::Unsure),
            "open routes are answered from memory all the while",
        ),
    ];
    for (call, rule) in bad {
        history.calls.push(call);
        assert_eq!(broken(&history), [rule]);
        history.calls.pop();
    }
}

#[test]
fn delays_are_measured_from_the_acknowledgement_to_the_first_lasting_refusal() {
    let mut history = history();
    history.changes.push(change(KEY, false, 1_000));
    history.calls.push(call(Endpoint::Nginx, 1_100, Observation::Refused));
    history.calls.push(call(Endpoint::Nginx, 1_200, Observation::Accepted));
    history.calls.push(call(Endpoint::Nginx, 1_310, Observation::Refused));
    history.calls.push(call(Endpoint::Haproxy, 30_000, Observation::Refused));
    let measured = delays(&history, &LIMITS);
    assert_eq!(measured.len(), 1, "{measured:?}");
    assert_eq!((measured[0].endpoint, measured[0].delay), (Endpoint::Nginx, ms(300)));
}

fn refresh(presented: usize, start: u64, answer: Renewal) -> Refresh {
    Refresh { family: 0, presented, span: span(start, start + 5), answer }
}

#[test]
fn a_refresh_token_has_one_successor_and_a_retry_gets_the_same() {
    let mut history = history();
    history.refreshes.push(refresh(1, 1_000, Renewal::Unknown));
    history.refreshes.push(refresh(1, 1_010, Renewal::Successor(2)));
    history.refreshes.push(refresh(1, 1_011, Renewal::Successor(2)));
    history.refreshes.push(refresh(2, 1_020, Renewal::Successor(3)));
    assert!(broken(&history).is_empty());
    history.refreshes.push(refresh(2, 1_021, Renewal::Successor(4)));
    assert_eq!(broken(&history), ["a refresh token has one successor"]);
    history.refreshes.pop();
    history.refreshes.push(refresh(3, 1_030, Renewal::Successor(2)));
    assert!(broken(&history).contains(&"a refresh token succeeds one token"));
    history.refreshes.pop();
    history.refreshes.push(refresh(1, 1_040, Renewal::Successor(2)));
    assert_eq!(broken(&history), ["no refresh token is spent after its successor was"]);
    history.refreshes.pop();
    history.refreshes.push(refresh(3, 1_050, Renewal::Refused));
    assert_eq!(broken(&history), ["no family is lost by a retry"]);
    history.refreshes.pop();
    history.refreshes.push(refresh(3, 1_050, Renewal::Broken(500)));
    assert_eq!(broken(&history), ["no refresh is a 5xx other than 503"]);
}

#[test]
fn a_family_that_was_replayed_stays_closed() {
    let mut history = history();
    history.replayed.push(0);
    history.refreshes.push(refresh(1, 1_000, Renewal::Successor(2)));
    history.refreshes.push(refresh(2, 1_010, Renewal::Successor(3)));
    history.refreshes.push(refresh(1, 1_020, Renewal::Refused));
    history.refreshes.push(refresh(3, 1_030, Renewal::Refused));
    assert!(broken(&history).is_empty());
    history.refreshes.push(refresh(3, 1_040, Renewal::Successor(4)));
    assert_eq!(broken(&history), ["a replayed family stays closed"]);
}

fn spend(hour: Option<i64>, start: u64, answer: Paid) -> Spend {
    Spend { client: 0, hour, span: span(start, start + 5), answer }
}

#[test]
fn a_budget_is_spent_to_its_end_and_not_beyond() {
    let mut history = History { budgets: vec![2], ..history() };
    history.spends.push(spend(Some(7), 0, Paid::Issued));
    history.spends.push(spend(Some(7), 10, Paid::Issued));
    history.spends.push(spend(Some(7), 20, Paid::Exhausted));
    history.spends.push(spend(Some(8), 30, Paid::Issued));
    assert!(broken(&history).is_empty());
    history.spends.push(spend(Some(7), 40, Paid::Issued));
    assert_eq!(broken(&history), ["no budget is exceeded"]);
    history.spends.pop();
    history.spends.push(spend(Some(8), 50, Paid::Exhausted));
    assert_eq!(broken(&history), ["no budget is refused before it is spent"]);
    history.spends.push(spend(Some(8), 45, Paid::Unknown));
    assert!(broken(&history).is_empty(), "the lost one may have been paid for");
    history.spends.push(spend(Some(8), 60, Paid::Broken(500)));
    assert_eq!(broken(&history), ["no token request is a 5xx other than 503"]);
}

fn read(node: usize, state: State) -> ReadBack {
    ReadBack { node, subject: KEY, state }
}

#[test]
fn acknowledged_changes_are_on_every_node() {
    let mut history = History { made: vec![KEY], ..history() };
    history.read_back.extend([read(0, State::Good), read(1, State::Good)]);
    assert!(broken(&history).is_empty());
    history.read_back.push(read(2, State::Missing));
    let there = "what was acknowledged as made is there at the end";
    assert_eq!(broken(&history), [there, "all nodes say the same at the end"]);
    history.read_back.pop();
    history.changes.push(change(KEY, false, 1_000));
    assert_eq!(broken(&history), ["what was acknowledged as changed is so at the end"]);
    history.read_back = vec![read(0, State::Bad), read(1, State::Bad)];
    assert!(broken(&history).is_empty());
    history.changes.push(change(KEY, true, 2_000));
    assert_eq!(broken(&history), ["what was acknowledged as changed is so at the end"]);
}
