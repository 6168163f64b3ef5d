//! The rules for every answer to a faulty request, and for every answer.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use dialect::Context;
use oauth::{ErrorResponse, Problem};
use serde_json::Value;

use super::table::Spot;
use crate::harness::http::{Answer, Ask};

thread_local! {
    /// How many requests this test judged.
    static JUDGED: Cell<usize> = const { Cell::new(0) };
    /// The errors in their answers.
    static WRONG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn judged() -> usize {
    JUDGED.get()
}

/// All errors so far, so that the test reports all of them, not only the first.
pub(super) fn wrong() -> Vec<String> {
    WRONG.take()
}

/// Checks a rule.
pub(super) fn must(holds: bool, what: impl FnOnce() -> String) {
    if !holds {
        WRONG.with_borrow_mut(|wrong| wrong.push(what()));
    }
}

/// Stands for the description of a problem, which may be any text.
const ANY: &str = "any description";

/// The allowed answers to a faulty request.
#[derive(Clone, Debug)]
pub(super) struct Expect {
    pub(super) problems: Vec<Problem>,
    /// Whether success is allowed, too.
    pub(super) fine: bool,
}

impl Expect {
    pub(super) fn only(problem: Problem) -> Self {
        Self { problems: vec![problem], fine: false }
    }

    pub(super) fn one_of(problems: &[Problem]) -> Self {
        Self { problems: problems.to_vec(), fine: false }
    }

    pub(super) fn fine() -> Self {
        Self { problems: Vec::new(), fine: true }
    }

    pub(super) fn or_fine(mut self) -> Self {
        self.fine = true;
        self
    }
}

/// Sends a faulty request to an endpoint and judges the answer.
pub(super) fn judge(spot: &Spot<'_>, what: &str, ask: &Ask, expect: &Expect) -> Answer {
    let answer = ask.send();
    decent(what, ask, &answer);
    if answer.status < 300 {
        must(expect.fine, || format!("{what}: it went well\n{}", reported(ask, &answer)));
        return answer;
    }
    let head = ask.method == "HEAD";
    let fits = expect.problems.iter().any(|problem| fits(spot, *problem, &answer, head));
    must(fits, || {
        let problems = &expect.problems;
        format!("{what}: expected {problems:?}\n{}", reported(ask, &answer))
    });
    answer
}

/// The rules for any answer: it has a request id, is not cacheable, and reveals nothing internal.
pub(super) fn decent(what: &str, ask: &Ask, answer: &Answer) {
    JUDGED.set(judged() + 1);
    let reported = || reported(ask, answer);
    must(answer.status / 100 != 5, || format!("{what}\n{}", reported()));
    let id = answer.header("x-request-id");
    must(id.is_some_and(|id| !id.is_empty()), || format!("{what}: no request id\n{}", reported()));
    let kept = answer.header("cache-control");
    let public = ask.method == "GET" && answer.status == 200 || answer.status == 204;
    must(public || kept == Some("no-store"), || format!("{what}: {kept:?}\n{}", reported()));
    let body = String::from_utf8_lossy(&answer.body);
    for tells in ["panicked", ".rs:", "/src/", "backtrace", "sqlite", "SELECT "] {
        must(!body.contains(tells), || format!("{what}: it tells {tells}\n{}", reported()));
    }
}

pub(super) fn reported(ask: &Ask, answer: &Answer) -> String {
    let body: String = String::from_utf8_lossy(&ask.body).chars().take(400).collect();
    let target: String = ask.target.chars().take(200).collect();
    let headers: Vec<String> = ask
        .headers
        .iter()
        .map(|(name, value)| {
            let value: String = String::from_utf8_lossy(value).chars().take(120).collect();
            format!("{name}: {value}")
        })
        .collect();
    let text = String::from_utf8_lossy(&answer.body);
    format!("{} {target}\n{headers:?}\n{body}\n-> {} {text}", ask.method, answer.status)
}

fn fits(spot: &Spot<'_>, problem: Problem, answer: &Answer, head: bool) -> bool {
    let context = Context { request_id: answer.request_id(), issuer: "issuer" };
    let failure = ErrorResponse::new(problem, ANY);
    let expected = spot.dialect.encode_error(Some(spot.endpoint), &failure, &context);
    let header = |name: &str| {
        expected.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref())
    };
    expected.status == answer.status
        && header("content-type") == answer.header("content-type")
        && header("www-authenticate").is_some() == answer.header("www-authenticate").is_some()
        && (head || same_body(&expected.body, &answer.body))
}

fn same_body(expected: &[u8], found: &[u8]) -> bool {
    match (serde_json::from_slice(expected), serde_json::from_slice(found)) {
        (Ok(expected), Ok(found)) => same(&expected, &found),
        _ => expected == found,
    }
}

fn same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::String(any), Value::String(text)) if any == ANY => !text.is_empty(),
        (Value::Object(expected), Value::Object(found)) => {
            expected.len() == found.len()
                && expected
                    .iter()
                    .all(|(name, value)| found.get(name).is_some_and(|found| same(value, found)))
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len()
                && expected.iter().zip(found).all(|(expected, found)| same(expected, found))
        }
        (expected, found) => expected == found,
    }
}

/// Everything in an answer that could distinguish two clients: all but its id and the time.
pub(super) fn face(answer: &Answer) -> (u16, BTreeMap<String, String>, String) {
    let id = answer.request_id();
    let reported = |(name, value): &(String, String)| {
        (!matches!(name.as_str(), "x-request-id" | "date")).then(|| (name.clone(), value.clone()))
    };
    let headers = answer.headers.iter().filter_map(reported).collect();
    (answer.status, headers, String::from_utf8_lossy(&answer.body).replace(id, "ID"))
}
