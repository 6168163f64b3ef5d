//! The published wire formats, with clients as their documentation describes them.

mod fyma;
mod fyma_budgets;
mod legacy;
pub(crate) mod person;
mod speckle;
mod speckle_people;
mod speckle_tokens;
mod speculo;
mod speculo_api;
mod spendesk;
mod spendesk_people;
mod spiko;
mod spiko_people;

use serde_json::Value;

use crate::harness::http::Answer;

/// The names of an object's members, in their order on the wire.
fn members(answer: &Answer) -> Vec<String> {
    let object: serde_json::Map<String, Value> = serde_json::from_slice(&answer.body).unwrap();
    let mut names: Vec<String> = object.keys().cloned().collect();
    names.sort_unstable();
    names
}

/// RFC 6749 §5.1: no answer with a credential is cacheable; and every answer has a request id.
fn is_private(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(!answer.request_id().is_empty());
}

/// A member that is a text.
fn text<'a>(object: &'a Value, member: &str) -> &'a str {
    object[member].as_str().unwrap_or_else(|| panic!("no {member} in {object}"))
}
