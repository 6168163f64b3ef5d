//! The body of an answer: nothing, JSON or text.

use crate::DialectError;
use crate::read::Item;
use crate::template::{Facts, Field, Template, TextTemplate};

/// A body with placeholders.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Empty,
    Json(Template),
    Text(TextTemplate),
}

impl Body {
    /// Reads a body: an empty string is none, and a string is text unless the content type is
    /// JSON.
    pub(super) fn read(
        item: &Item<'_>,
        content_type: &str,
        allowed: &[Field],
    ) -> Result<Self, DialectError> {
        let json = content_type.contains("json");
        if item.is_text() && item.text()?.is_empty() {
            Ok(Self::Empty)
        } else if json {
            Template::json(item, allowed).map(Self::Json)
        } else {
            TextTemplate::new(item, allowed).map(Self::Text)
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    pub(super) fn write(&self, facts: &impl Facts) -> Vec<u8> {
        let mut out = String::new();
        match self {
            Self::Empty => {}
            Self::Json(template) => {
                out.reserve(512);
                template.write_json(facts, &mut out);
            }
            Self::Text(template) => {
                template.write(facts, &mut out);
            }
        }
        out.into_bytes()
    }
}
