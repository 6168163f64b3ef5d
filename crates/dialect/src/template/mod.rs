//! Fixed and computed values: what `"{client_id}@clients"` in a dialect file becomes.
//!
//! A template that is exactly one placeholder keeps the value's own JSON type; a placeholder
//! among text is written as text; an absent value leaves the whole member out.

pub(crate) mod fields;
mod json;
mod parse;
mod text;

pub(crate) use fields::{Facts, Field, Value};
pub(crate) use json::{Node, Template};
pub(crate) use parse::Piece;
pub(crate) use text::TextTemplate;
