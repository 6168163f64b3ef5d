//! The redirects of answers, and whether they are allowed.
//!
//! Judges everything that browsers open: an answer may only redirect to the app, in the dialect's
//! format, or to a page of the realm itself.

use base::Secret;
use dialect::Context;
use oauth::{AuthorizationReply, ErrorResponse, Granted, Problem};

use super::judge::{decent, must, reported};
use super::person::{BACK, People};
use crate::harness::http::{Answer, Ask};

/// Stands for any text.
const ANY: &str = "ANY";

/// The allowed outcomes.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    /// A page with an error.
    pub(super) page: bool,
    /// A redirect to the app with one of these errors.
    pub(super) back: Vec<Problem>,
    /// A redirect to the app with a code.
    pub(super) code: bool,
    /// The consent page.
    pub(super) asks: bool,
    /// A redirect to the sign-in page.
    pub(super) sign_in: bool,
}

impl Way {
    pub(super) fn page() -> Self {
        Self { page: true, ..Self::default() }
    }

    pub(super) fn fine() -> Self {
        Self { code: true, asks: true, ..Self::default() }
    }

    pub(super) fn asks() -> Self {
        Self { asks: true, ..Self::default() }
    }

    pub(super) fn back(problems: &[Problem]) -> Self {
        Self { back: problems.to_vec(), ..Self::default() }
    }

    pub(super) fn sign_in() -> Self {
        Self { sign_in: true, ..Self::default() }
    }

    pub(super) fn or_fine(self) -> Self {
        Self { code: true, asks: true, ..self }
    }

    pub(super) fn or_page(self) -> Self {
        Self { page: true, ..self }
    }

    pub(super) fn or_sign_in(self) -> Self {
        Self { sign_in: true, ..self }
    }
}

/// Sends a request with the user's browser and judges where the answer leads. `state` is what the
/// app sent.
pub(super) fn led(
    people: &People<'_>,
    what: &str,
    ask: &Ask,
    state: Option<&str>,
    way: &Way,
) -> Answer {
    let answer = ask.send();
    judged(people, what, (ask, &answer), state, way);
    answer
}

pub(super) fn judged(
    people: &People<'_>,
    what: &str,
    (ask, answer): (&Ask, &Answer),
    state: Option<&str>,
    way: &Way,
) {
    let what = format!("{}: {what}", people.realm.name);
    decent(&what, ask, answer);
    let wrong = |why: &str| format!("{what}: {why}, expected {way:?}\n{}", reported(ask, answer));
    let Some(location) = answer.header("location") else {
        let asks = answer.status == 200 && way.asks;
        let says = (400..500).contains(&answer.status) && way.page;
        must(asks || says, || wrong("it leads nowhere"));
        return;
    };
    must(matches!(answer.status, 302 | 303), || wrong("not a redirect"));
    let home = format!("{}/", people.realm.prefix);
    if location.starts_with(&home) {
        let sign_in = location.starts_with(&format!("{home}sign-in"));
        must(sign_in && way.sign_in, || wrong(&format!("it leads to {location}")));
        return;
    }
    let added = location.strip_prefix(BACK).and_then(|rest| rest.strip_prefix('&'));
    let Some(added) = added else {
        must(false, || wrong(&format!("it leads elsewhere: {location}")));
        return;
    };
    let fine = way.code && same(&granted(people, state), added);
    let fits = |problem: &Problem| same(&failed(people, *problem, state, answer), added);
    must(fine || way.back.iter().any(fits), || wrong(&format!("it leads back as {location}")));
}

/// The code in a location.
pub(super) fn code(people: &People<'_>, location: &str) -> Option<String> {
    let expected = granted(people, None);
    let (name, _) = pairs(&expected).into_iter().find(|(_, value)| value == "CODE")?;
    let added = location.strip_prefix(BACK)?.strip_prefix('&')?;
    pairs(added).into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// What is added to the URI of an app that gets a code.
fn granted(people: &People<'_>, state: Option<&str>) -> String {
    let granted = Granted { code: Secret::new("CODE"), scope: ANY.parse().unwrap() };
    added(people, Ok(granted), state, "")
}

fn failed(people: &People<'_>, problem: Problem, state: Option<&str>, answer: &Answer) -> String {
    added(people, Err(ErrorResponse::new(problem, ANY)), state, answer.request_id())
}

fn added(
    people: &People<'_>,
    outcome: Result<Granted, ErrorResponse>,
    state: Option<&str>,
    request_id: &str,
) -> String {
    let dialect = &people.realm.dialect;
    let issuer = dialect.issuer(&format!("{}{}", people.realm.base, people.realm.prefix));
    let reply = AuthorizationReply {
        redirect_uri: BACK.parse().unwrap(),
        state: state.map(str::to_owned),
        outcome,
    };
    let context = Context { request_id, issuer: &issuer };
    let outgoing = dialect.encode_authorization(people.asking.endpoint, &reply, &context);
    let location = outgoing.header("location").unwrap();
    location.strip_prefix(BACK).unwrap().trim_start_matches('&').to_owned()
}

/// Whether the same parameters are added in the same order, except where any text is allowed.
fn same(expected: &str, found: &str) -> bool {
    let (expected, found) = (pairs(expected), pairs(found));
    expected.len() == found.len()
        && expected.iter().zip(&found).all(|((name, value), (found_name, found_value))| {
            let any = value.contains(ANY) || value == "CODE";
            name == found_name && !found_value.is_empty() && (any || value == found_value)
        })
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}
