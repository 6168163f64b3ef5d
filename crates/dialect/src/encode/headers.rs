//! Fixed and computed headers: sections `[headers]`.

use std::borrow::Cow;

use crate::DialectError;
use crate::read::Table;
use crate::template::{Facts, Field, TextTemplate};

/// Response headers as they are sent.
pub(super) type Sent = Vec<(Cow<'static, str>, Cow<'static, str>)>;

/// Names that the dialect may not set, because this crate or the HTTP server sets them.
const RESERVED: [&str; 9] = [
    "content-type",
    "content-length",
    "transfer-encoding",
    "connection",
    "cache-control",
    "pragma",
    "www-authenticate",
    "retry-after",
    "x-request-id",
];

/// Headers that a dialect adds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers(Vec<(String, TextTemplate)>);

impl Headers {
    /// Reads the headers of a table and of its fallbacks; `allowed` are the placeholders in them.
    /// For a repeated name, the last one counts.
    pub(crate) fn read(table: &Table<'_>, allowed: &[Field]) -> Result<Self, DialectError> {
        let mut headers: Vec<(String, TextTemplate)> = Vec::new();
        for (name, _, value) in table.all_entries() {
            let lower = name.to_ascii_lowercase();
            if name.is_empty() || !name.bytes().all(is_token) {
                return Err(value.error(format!("{name:?} is no name of a header")));
            }
            if RESERVED.contains(&lower.as_str()) {
                return Err(value.error(format!(
                    "the header {name:?} is set by the server; expected another one"
                )));
            }
            let template = TextTemplate::new(&value, allowed)?;
            headers.retain(|(known, _)| *known != lower);
            headers.push((lower, template));
        }
        Ok(Self(headers))
    }

    /// Adds the headers to a response. A header with an absent value is omitted.
    pub(super) fn write(&self, facts: &impl Facts, out: &mut Sent) {
        for (name, template) in &self.0 {
            if let Some(value) = template.render(facts) {
                out.push((Cow::Owned(name.clone()), Cow::Owned(clean(value))));
            }
        }
    }
}

/// A token (RFC 9110 §5.6.2).
fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

/// A value that is safe in a header: visible ASCII and spaces.
pub(super) fn clean(value: String) -> String {
    if value.bytes().all(|b| matches!(b, b' '..=b'~')) {
        value
    } else {
        value.chars().filter(|c| matches!(c, ' '..='~')).collect()
    }
}
