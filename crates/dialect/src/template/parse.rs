//! Reading `{placeholders}` in the strings of a dialect file.

use super::Field;
use crate::DialectError;
use crate::read::Item;

/// Part of a text template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    Field(Field),
}

/// Cuts a string into literals and placeholders. `{{` and `}}` are literal braces.
pub(super) fn pieces(item: &Item<'_>, allowed: &[Field]) -> Result<Vec<Piece>, DialectError> {
    let mut rest = item.text()?;
    let mut pieces = Vec::new();
    let mut literal = String::new();
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace_on) = rest.split_at(at);
        literal.push_str(before);
        if let Some(after) = brace_on.strip_prefix("{{") {
            literal.push('{');
            rest = after;
        } else if let Some(after) = brace_on.strip_prefix("}}") {
            literal.push('}');
            rest = after;
        } else {
            let (name, after) =
                brace_on.strip_prefix('{').and_then(|inside| inside.split_once('}')).ok_or_else(
                    || item.error("found a lone brace; expected {name}, or {{ for a literal brace"),
                )?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(Piece::Field(field(item, name, allowed)?));
            rest = after;
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

fn field(item: &Item<'_>, name: &str, allowed: &[Field]) -> Result<Field, DialectError> {
    let known = Field::ALL.iter().copied().find(|field| field.as_str() == name);
    known.filter(|field| allowed.contains(field)).ok_or_else(|| {
        let names: Vec<String> =
            allowed.iter().map(|field| format!("{{{}}}", field.as_str())).collect();
        item.error(format!("unknown placeholder {{{name}}}; expected one of {}", names.join(", ")))
    })
}
