//! Decodes a request from the wire to its canonical form.
//!
//! Invariant: a parameter reaches the engine exactly as it was sent, and at most once unless it may be
//! repeated. A request that could be read in two ways is refused (RFC 6749 §2.3, §3.1, §3.2): here,
//! or at the authorization endpoint by the engine, which knows whether the app may be told.

mod authorization;
mod collector;
mod form;
mod json;
mod media;
mod parameter_values;
mod refuse;
mod rules;

pub(crate) use rules::{Rules, grant_types};

use std::borrow::Cow;

use collector::Collector;
use media::{Encoding, media_type};
use oauth::percent::{Plus, decode as percent_decode};
use oauth::{ErrorResponse, Operation, Problem, Request};
use refuse::invalid_request;

use crate::Incoming;

/// Reads a request for `operation` by the rules of its endpoint.
pub(crate) fn decode(
    operation: Operation,
    rules: &Rules,
    incoming: &Incoming<'_>,
) -> Result<Request, ErrorResponse> {
    let mut collector = Collector::new(rules);
    let presented = authorization::read(rules, incoming.authorization, &mut collector)?;
    path(rules, incoming, &mut collector);
    collector.next_part();
    if let Some(query) = incoming.query.filter(|_| !rules.query.is_empty()) {
        form::read(query.as_bytes(), &rules.query, &mut collector);
    }
    collector.next_part();
    body(rules, incoming, &mut collector)?;
    collector.finish(operation, presented)
}

fn path<'a>(rules: &Rules, incoming: &Incoming<'a>, collector: &mut Collector<'_, 'a>) {
    for (name, parameter) in &rules.path {
        if let Some(raw) = incoming.path_values.value(name) {
            let value = percent_decode(raw.as_bytes(), Plus::Literal);
            let end = rules.until.iter().find(|(known, _)| known == parameter);
            let value = match end {
                // The cut comes after decoding, so an escaped end character counts, too.
                Some((_, end)) => value.map(|value| cut(value, *end)),
                None => value,
            };
            collector.put(*parameter, name, value);
        }
    }
}

/// The part before `end`.
fn cut(value: Cow<'_, str>, end: char) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.split(end).next().unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.split(end).next().unwrap_or_default().to_owned()),
    }
}

fn body<'a>(
    rules: &Rules,
    incoming: &Incoming<'a>,
    collector: &mut Collector<'_, 'a>,
) -> Result<(), ErrorResponse> {
    // An empty body has no parameters, whatever its content type.
    if incoming.body.is_empty() || (!rules.accepts_json && !rules.accepts_form) {
        return Ok(());
    }
    if incoming.body.starts_with(b"\xEF\xBB\xBF") {
        return Err(invalid_request("The body begins with a byte order mark."));
    }
    match media_type(incoming.content_type) {
        Some(Encoding::Json) if rules.accepts_json => json::read(incoming.body, collector),
        Some(Encoding::Form) if rules.accepts_form => {
            form::read(incoming.body, &rules.form, collector);
            Ok(())
        }
        _ => Err(ErrorResponse::new(Problem::UnsupportedMediaType, rules.expected_media())),
    }
}
