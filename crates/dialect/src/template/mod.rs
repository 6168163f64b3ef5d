//! Templates: fixed and computed values, such as `"{client_id}@clients"` in a dialect file.
//!
//! A template that is exactly one placeholder keeps the value's own JSON type. A placeholder within
//! text is written as text. An absent value omits the whole member.

pub(crate) mod fields;
mod json;
mod parse;
mod text;

pub(crate) use fields::{Facts, Field, Value};
pub(crate) use json::{Node, Template};
pub(crate) use parse::Piece;
pub(crate) use text::TextTemplate;
