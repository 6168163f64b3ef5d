//! JSON templates: response bodies and claims.
//!
//! A template is compiled once into a tree whose fixed parts are JSON text. Writing it traverses
//! the tree and allocates nothing but the output.

use toml::de::DeValue;

use super::parse::{self, Piece};
use super::text::TextTemplate;
use super::{Facts, Field, Value};
use crate::DialectError;
use crate::read::Item;

/// One value of a JSON template.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// JSON text, written unchanged.
    Fixed(String),
    /// A placeholder that keeps its JSON type.
    Whole(Field),
    /// A string with placeholders in it.
    Text(TextTemplate),
    /// Members: the name, then `"name":` as JSON, then the value.
    Object(Vec<(String, String, Node)>),
    Array(Vec<Node>),
}

/// A JSON value with placeholders.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    root: Node,
}

impl Template {
    /// Compiles a TOML value.
    pub(crate) fn json(item: &Item<'_>, allowed: &[Field]) -> Result<Self, DialectError> {
        node(item, allowed).map(|root| Self { root })
    }

    pub(crate) const fn root(&self) -> &Node {
        &self.root
    }

    /// Appends the value.
    pub(crate) fn write_json(&self, facts: &impl Facts, out: &mut String) {
        if !write(&self.root, facts, out) {
            out.push_str("null");
        }
    }
}

fn node(item: &Item<'_>, allowed: &[Field]) -> Result<Node, DialectError> {
    Ok(match item.value() {
        DeValue::String(_) => string(parse::pieces(item, allowed)?),
        DeValue::Integer(_) => Node::Fixed(item.integer()?.to_string()),
        DeValue::Boolean(truth) => Node::Fixed(truth.to_string()),
        DeValue::Float(_) | DeValue::Datetime(_) => {
            return Err(item.error(format!(
                "found a {}; expected a string, a whole number, true, false, an array or a table",
                item.found()
            )));
        }
        DeValue::Array(_) => {
            let items = item.array()?;
            Node::Array(items.iter().map(|item| node(item, allowed)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(_) => {
            let mut members = Vec::new();
            for (name, _, value) in item.table()?.entries() {
                let mut prefix = String::new();
                push_json_string(&mut prefix, name);
                prefix.push(':');
                members.push((name.to_owned(), prefix, node(&value, allowed)?));
            }
            Node::Object(members)
        }
    })
}

fn string(pieces: Vec<Piece>) -> Node {
    if let [Piece::Field(field)] = pieces.as_slice() {
        return Node::Whole(*field);
    }
    let template = TextTemplate::of(pieces);
    match template.fixed() {
        Some(text) => {
            let mut json = String::new();
            push_json_string(&mut json, text);
            Node::Fixed(json)
        }
        None => Node::Text(template),
    }
}

/// Appends a node; `false`, and nothing appended, when its value is absent.
fn write(node: &Node, facts: &impl Facts, out: &mut String) -> bool {
    match node {
        Node::Fixed(json) => out.push_str(json),
        Node::Whole(field) => return write_value(facts.value(*field), out),
        Node::Text(template) => match template.render(facts) {
            Some(text) => push_json_string(out, &text),
            None => return false,
        },
        Node::Object(members) => {
            out.push('{');
            write_list(members, out, |(_, name, node), out| {
                out.push_str(name);
                write(node, facts, out)
            });
            out.push('}');
        }
        Node::Array(items) => {
            out.push('[');
            write_list(items, out, |node, out| write(node, facts, out));
            out.push(']');
        }
    }
    true
}

/// Writes the items that are present, separated by commas.
fn write_list<T>(items: &[T], out: &mut String, write: impl Fn(&T, &mut String) -> bool) {
    let mut first = true;
    for item in items {
        let before = out.len();
        if !first {
            out.push(',');
        }
        if write(item, out) {
            first = false;
        } else {
            out.truncate(before);
        }
    }
}

fn write_value(value: Value<'_>, out: &mut String) -> bool {
    use std::fmt::Write as _;
    match value {
        Value::Absent => return false,
        Value::Text(text) => push_json_string(out, text),
        Value::Integer(number) => return write!(out, "{number}").is_ok(),
        Value::Boolean(truth) => out.push_str(if truth { "true" } else { "false" }),
        Value::Json(json) => out.push_str(json),
        Value::Id(id) => {
            out.push('"');
            base::encoding::push_base62(out, id, base::encoding::BASE62_U128);
            out.push('"');
        }
        // An empty scope is omitted: RFC 6749 §3.3 has no empty scope string.
        Value::Scope(scopes) => {
            if scopes.is_empty() {
                return false;
            }
            out.push('"');
            for (index, scope) in scopes.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                // Scope tokens have neither quotes nor backslashes nor controls.
                out.push_str(scope.as_str());
            }
            out.push('"');
        }
        Value::ScopeList(scopes) => push_list(out, scopes.iter().map(oauth::Scope::as_str)),
        Value::WordList(words) => push_list(out, words.split(' ').filter(|word| !word.is_empty())),
    }
    true
}

fn push_list<'w>(out: &mut String, words: impl Iterator<Item = &'w str>) {
    out.push('[');
    for (index, word) in words.enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_json_string(out, word);
    }
    out.push(']');
}

/// Appends a string as JSON (RFC 8259 §7).
pub(crate) fn push_json_string(out: &mut String, text: &str) {
    use std::fmt::Write as _;
    let special = |b: u8| b < b' ' || b == b'"' || b == b'\\';
    out.push('"');
    // Most texts need no escape. The compiler vectorises this loop because it has no early return.
    if !text.bytes().fold(false, |found, b| found | special(b)) {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut rest = text;
    // Special bytes are ASCII, so the text is cut between characters.
    while let Some(at) = rest.bytes().position(special) {
        let (clean, escaped) = rest.split_at(at);
        out.push_str(clean);
        let mut characters = escaped.chars();
        match characters.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some(control) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}
