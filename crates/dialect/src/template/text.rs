//! Templates of plain text: header values, text bodies, and strings inside JSON.

use std::fmt::Write as _;

use base::encoding::{BASE62_U128, push_base62};

use super::parse::{self, Piece};
use super::{Facts, Field, Value};
use crate::DialectError;
use crate::read::Item;

/// A text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextTemplate(Vec<Piece>);

impl TextTemplate {
    pub(crate) fn new(item: &Item<'_>, allowed: &[Field]) -> Result<Self, DialectError> {
        parse::pieces(item, allowed).map(Self)
    }

    /// Reads `"name={value}"`: a literal name, then the template.
    pub(crate) fn named(
        item: &Item<'_>,
        allowed: &[Field],
    ) -> Result<(String, Self), DialectError> {
        let mut pieces = parse::pieces(item, allowed)?;
        let name = match pieces.first_mut() {
            Some(Piece::Literal(text)) => {
                let cut =
                    text.split_once('=').map(|(name, rest)| (name.to_owned(), rest.to_owned()));
                cut.map(|(name, rest)| {
                    *text = rest;
                    name
                })
            }
            _ => None,
        };
        match name.filter(|name| !name.is_empty()) {
            Some(name) => Ok((name, Self(pieces))),
            None => Err(item.error(format!(
                "found {}; expected a name and a value, such as \"state={{state}}\"",
                item.found()
            ))),
        }
    }

    /// Whether it contains `field`.
    pub(crate) fn has(&self, field: Field) -> bool {
        self.0.contains(&Piece::Field(field))
    }

    pub(crate) const fn of(pieces: Vec<Piece>) -> Self {
        Self(pieces)
    }

    /// The text, where it has no placeholder.
    pub(crate) fn fixed(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Appends the text. Returns `false` when a value is absent; the appended text is then useless.
    pub(crate) fn write(&self, facts: &impl Facts, out: &mut String) -> bool {
        self.0.iter().all(|piece| match piece {
            Piece::Literal(text) => {
                out.push_str(text);
                true
            }
            Piece::Field(field) => write_value(facts.value(*field), out),
        })
    }

    /// The text; `None` when a value is absent.
    pub(crate) fn render(&self, facts: &impl Facts) -> Option<String> {
        let mut out = String::new();
        self.write(facts, &mut out).then_some(out)
    }
}

/// Appends a value as text. `false` when it is absent.
fn write_value(value: Value<'_>, out: &mut String) -> bool {
    match value {
        Value::Absent => return false,
        Value::Text(text) | Value::WordList(text) | Value::Json(text) => out.push_str(text),
        Value::Integer(number) => return write!(out, "{number}").is_ok(),
        Value::Boolean(truth) => out.push_str(if truth { "true" } else { "false" }),
        Value::Id(id) => push_base62(out, id, BASE62_U128),
        Value::Scope(scopes) | Value::ScopeList(scopes) => {
            if scopes.is_empty() {
                return false;
            }
            for (index, scope) in scopes.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                out.push_str(scope.as_str());
            }
        }
    }
    true
}
