//! Parsing the input of administrators. Each error names the field and what it may hold.

use domain::{BudgetLimits, PublicId, ResourceServer, Status, TextError, VisibleText, text};
use oauth::{Scope, ScopeSet};
use serde::Deserialize;

use crate::normal_form::email_address;
use crate::{AdminReason, Context, Denial};

/// The longest name or label, in characters.
const MAX_NAME: usize = 200;
/// The longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3, less the angle brackets).
const MAX_EMAIL: usize = 254;

/// Limits of how many tokens are issued. A missing limit is unlimited.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Budget {
    /// Tokens per clock hour (UTC).
    pub per_hour: Option<u64>,
    /// Tokens per UTC day.
    pub per_day: Option<u64>,
}

impl From<Budget> for BudgetLimits {
    fn from(budget: Budget) -> Self {
        Self { per_hour: budget.per_hour, per_day: budget.per_day }
    }
}

/// Whether something is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NewStatus {
    /// It is active.
    Active,
    /// It is suspended until it is activated again.
    Suspended,
}

impl NewStatus {
    /// The past participle for an event's name.
    pub(crate) const fn participle(self) -> &'static str {
        match self {
            Self::Active => "activated",
            Self::Suspended => "suspended",
        }
    }
}

impl From<NewStatus> for Status {
    fn from(switch: NewStatus) -> Self {
        match switch {
            NewStatus::Active => Self::Active,
            NewStatus::Suspended => Self::Suspended,
        }
    }
}

pub(crate) fn invalid(field: &str, expected: impl Into<String>) -> Denial {
    AdminReason::InvalidField { field: field.to_owned(), expected: expected.into() }.into()
}

/// A name for people: one line of at most [`MAX_NAME`] visible characters, not empty.
pub(crate) fn name(field: &str, text: &str) -> Result<String, Denial> {
    match label(field, text)? {
        name if name.is_empty() => Err(invalid(field, "a text that is not empty")),
        name => Ok(name),
    }
}

/// Like [`name`], but may be empty.
pub(crate) fn label(field: &str, text: &str) -> Result<String, Denial> {
    visible(field, VisibleText::line(text, MAX_NAME), || {
        format!("one line of at most {MAX_NAME} characters")
    })
}

/// A text of one or more lines, of at most `most` visible characters. It may be empty.
pub(crate) fn paragraph(field: &str, text: &str, most: usize) -> Result<String, Denial> {
    visible(field, VisibleText::lines(text, most), || {
        format!("a text of at most {most} characters")
    })
}

fn visible(
    field: &str,
    parsed: Result<VisibleText, TextError>,
    expected: impl FnOnce() -> String,
) -> Result<String, Denial> {
    match parsed {
        Ok(text) => Ok(text.into_string()),
        Err(TextError::TooLong) => Err(invalid(field, expected())),
        Err(error) => Err(invalid(field, format!("{} that shows; {error}", expected()))),
    }
}

/// A [`label`] that may be missing.
pub(crate) fn optional(field: &str, text: Option<&str>) -> Result<Option<String>, Denial> {
    let text = text.map(|text| label(field, text)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// An e-mail address in its normal form. Only the syntax is checked, not whether the address exists: a
/// dot-atom (RFC 5322 §3.2.3, with the letters of RFC 6531) at a host name. Quoted names and address
/// literals are no addresses of people, and mail servers refuse them.
pub(crate) fn email(text: &str) -> Result<String, Denial> {
    let text = email_address(text);
    let shaped = text.rsplit_once('@').is_some_and(|(local, host)| {
        local.len() <= 64 && local.split('.').all(is_atom) && host.split('.').all(is_host_label)
    });
    if shaped && text.len() <= MAX_EMAIL && text::escaped(&text) == text {
        Ok(text)
    } else {
        Err(invalid("email", "an e-mail address such as ada@example.com"))
    }
}

fn is_atom(part: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c) || is_mark(c);
    !part.is_empty() && part.chars().all(fits)
}

fn is_host_label(part: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '-' || is_mark(c);
    let ends = part.starts_with('-') || part.ends_with('-');
    (1..=63).contains(&part.len()) && !ends && part.chars().all(fits)
}

/// Whether a character may follow a letter of a script that is not Latin: a combining mark.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// A public id that the caller chose, for an imported entity.
pub(crate) fn public_id(text: &str) -> Result<PublicId, Denial> {
    text.parse().map_err(|problem: domain::ParseNameError| {
        invalid("public_id", problem.to_string().trim_start_matches("expected "))
    })
}

/// A set of scopes, each well formed.
pub(crate) fn scopes(field: &str, texts: &[String]) -> Result<ScopeSet, Denial> {
    if texts.len() > oauth::MAX_SCOPES {
        return Err(invalid(field, format!("at most {} scopes", oauth::MAX_SCOPES)));
    }
    texts.iter().map(|text| scope(field, text)).collect()
}

/// One scope.
pub(crate) fn scope(field: &str, text: &str) -> Result<Scope, Denial> {
    text.parse().map_err(|problem: oauth::ParseScopeError| invalid(field, problem.to_string()))
}

/// Parses scopes of the resource server. `None`: all scopes that it knows.
pub(crate) fn scopes_of_server(
    server: &ResourceServer,
    texts: Option<&[String]>,
) -> Result<ScopeSet, Denial> {
    let known = server.scope_set();
    let Some(texts) = texts else { return Ok(known) };
    let asked = scopes("scopes", texts)?;
    require_subset("scopes", &asked, &known, &format!("scopes of {}", server.identifier))?;
    Ok(asked)
}

/// Refuses scopes that are not among `allowed`.
pub(crate) fn require_subset(
    field: &str,
    asked: &ScopeSet,
    allowed: &ScopeSet,
    what: &str,
) -> Result<(), Denial> {
    match asked.first_not_in(allowed) {
        None => Ok(()),
        Some(stray) => {
            Err(invalid(field, format!("{what} ({allowed}); {stray} is not among them")))
        }
    }
}

/// The value that belongs to `text` in `words`.
pub(crate) fn one_of<T: Copy>(
    field: &str,
    text: &str,
    words: &[(&'static str, T)],
) -> Result<T, Denial> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        invalid(field, format!("one of {}", words.join(", ")))
    })
}

/// The public id of a new entity: `given`, or else the dialect's prefix and the id.
pub(crate) fn public_id_or_new<T: domain::EntityRecord>(
    ctx: &Context<'_>,
    given: Option<&str>,
    id: base::Id<T>,
) -> Result<PublicId, Denial> {
    if let Some(given) = given {
        return public_id(given);
    }
    public_id(&format!("{}{id}", ctx.issuer.dialect().identifier_prefix(T::KIND)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_mail_servers_take() {
        for fine in [
            "ada@example.com",
            "o'neil+x@mail.example.co.uk",
            "josé@exämple.org",
            "ऋषि@उदाहरण.भारत",
        ] {
            assert_eq!(email(fine).unwrap(), fine);
        }
        let long = format!("{}@example.com", "a".repeat(65));
        let bad = [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a@b@c",
            "a@[127.0.0.1]",
            "\"a\\\"x\"@example.com",
            "\"a b\"@example.com",
            ".a@example.com",
            "a..b@example.com",
            "a@-x.example",
            "a@x..example",
            "a@example.com.",
            "a b@example.com",
            "a\u{200b}@example.com",
            "a@exa\u{ad}mple.com",
            "a@example.com\nBcc: b@example.com",
            "a(b)@example.com",
            "a,b@example.com",
            &long,
        ];
        for bad in bad {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_name_is_one_line_that_reads_as_it_is_written() {
        for fine in ["Société Générale", "שלום", "日本", " Acme "] {
            assert_eq!(name("name", fine).unwrap(), fine.trim());
        }
        for bad in ["", " ", "a\nb", "a\u{1b}[31mb", "evil\u{202e}gro.emca", "a\u{2066}b"] {
            assert!(name("name", bad).is_err(), "{bad:?}");
        }
    }
}
