//! One value of a dialect file with its position.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::DeValue;

use crate::DialectError;
use crate::error::Source;

/// A value, its position, and its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'a> {
    pub(super) source: Source<'a>,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Item<'a> {
    pub(super) const fn new(source: Source<'a>, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { source, value }
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> DialectError {
        self.source.error(&self.value.span(), message)
    }

    /// A description of the value for an error message: its kind and, where short, the value.
    pub(crate) fn found(&self) -> String {
        match self.value.get_ref() {
            DeValue::String(text) => format!("{text:?}"),
            DeValue::Integer(number) => number.to_string(),
            other => other.type_str().to_owned(),
        }
    }

    pub(super) fn expected(&self, what: &str) -> DialectError {
        self.error(format!("found {}; expected {what}", self.found()))
    }

    pub(crate) fn value(&self) -> &'a DeValue<'a> {
        self.value.get_ref()
    }

    pub(crate) fn span(&self) -> Range<usize> {
        self.value.span()
    }

    pub(crate) fn is_text(&self) -> bool {
        self.value.get_ref().is_str()
    }

    pub(crate) fn text(&self) -> Result<&'a str, DialectError> {
        self.value.get_ref().as_str().ok_or_else(|| self.expected("a string"))
    }

    pub(crate) fn boolean(&self) -> Result<bool, DialectError> {
        self.value.get_ref().as_bool().ok_or_else(|| self.expected("true or false"))
    }

    pub(crate) fn integer(&self) -> Result<i64, DialectError> {
        self.value
            .get_ref()
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
            .ok_or_else(|| self.expected("a whole number"))
    }

    pub(crate) fn integer_in(&self, range: RangeInclusive<i64>) -> Result<u64, DialectError> {
        let number = self.integer()?;
        let expected =
            || self.expected(&format!("a whole number from {} to {}", range.start(), range.end()));
        if range.contains(&number) {
            number.try_into().map_err(|_| expected())
        } else {
            Err(expected())
        }
    }

    /// The choice that the text names.
    pub(crate) fn one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, DialectError> {
        let text = self.text()?;
        match choices.iter().find(|(name, _)| *name == text) {
            Some((_, choice)) => Ok(*choice),
            None => Err(self.expected(&one_of(choices.iter().map(|(name, _)| *name)))),
        }
    }

    pub(crate) fn array(&self) -> Result<Vec<Item<'a>>, DialectError> {
        let items = self.value.get_ref().as_array().ok_or_else(|| self.expected("an array"))?;
        Ok(items.iter().map(|value| Item::new(self.source, value)).collect())
    }

    /// One string or an array of strings.
    pub(crate) fn texts(&self) -> Result<Vec<&'a str>, DialectError> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(vec![text]),
            DeValue::Array(_) => self.array()?.iter().map(Item::text).collect(),
            _ => Err(self.expected("a string or an array of strings")),
        }
    }
}

/// `"a"` or `one of "a", "b"`: for messages.
pub(crate) fn one_of<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("{name:?}")).collect();
    match quoted.as_slice() {
        [one] => one.clone(),
        several => format!("one of {}", several.join(", ")),
    }
}
