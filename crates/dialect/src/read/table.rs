//! One table of a dialect file, with its fallback table.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Item;
use super::item::one_of;
use crate::DialectError;
use crate::error::Source;

/// A table whose missing keys are looked up in another. A dialect therefore only contains what
/// differs from the RFCs.
#[derive(Clone, Debug)]
pub(crate) struct Table<'a> {
    source: Source<'a>,
    own: Option<&'a DeTable<'a>>,
    span: Range<usize>,
    fallback: Option<Box<Table<'a>>>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Item<'a> {
    pub(crate) fn table(&self) -> Result<Table<'a>, DialectError> {
        let table = self.value().as_table().ok_or_else(|| self.expected("a table"))?;
        Ok(Table::new(self.source, table, self.span()))
    }
}

impl<'a> Table<'a> {
    pub(crate) const fn new(source: Source<'a>, own: &'a DeTable<'a>, span: Range<usize>) -> Self {
        Self { source, own: Some(own), span, fallback: None, asked: RefCell::new(Vec::new()) }
    }

    /// The same table with `fallback` for its missing keys.
    pub(crate) fn or(mut self, fallback: Option<Table<'a>>) -> Self {
        self.fallback = match self.fallback {
            None => fallback.map(Box::new),
            Some(first) => Some(Box::new(first.or(fallback))),
        };
        self
    }

    /// The value of a key: its own, or that of the fallback.
    pub(crate) fn get(&self, key: &'static str) -> Option<Item<'a>> {
        self.own(key).or_else(|| self.fallback.as_ref()?.get(key))
    }

    /// The value of a key, without the fallback.
    pub(crate) fn own(&self, key: &'static str) -> Option<Item<'a>> {
        self.asked.borrow_mut().push(key);
        let value = self.own?.get(key)?;
        Some(Item::new(self.source, value))
    }

    pub(crate) fn required(&self, key: &'static str) -> Result<Item<'a>, DialectError> {
        self.get(key).ok_or_else(|| self.error(format!("the key {key:?} is missing here")))
    }

    /// The table of a key, its missing keys looked up in the fallback's table of that key.
    pub(crate) fn table(&self, key: &'static str) -> Result<Table<'a>, DialectError> {
        let fallback = match &self.fallback {
            Some(fallback) => Some(fallback.table(key)?),
            None => None,
        };
        Ok(self.own_table(key)?.or(fallback))
    }

    /// The table of a key, without the fallback; an empty one where there is none.
    pub(crate) fn own_table(&self, key: &'static str) -> Result<Table<'a>, DialectError> {
        match self.own(key) {
            Some(item) => item.table(),
            None => Ok(Table {
                source: self.source,
                own: None,
                span: self.span.clone(),
                fallback: None,
                asked: RefCell::default(),
            }),
        }
    }

    /// Every key and value of its own, in the order of the file.
    pub(crate) fn entries(&self) -> Vec<(&'a str, Range<usize>, Item<'a>)> {
        let entries = self.own.into_iter().flatten();
        let mut entries: Vec<_> = entries
            .map(|(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
                let name: &'a std::borrow::Cow<'a, str> = key.get_ref();
                (name.as_ref(), key.span(), Item::new(self.source, value))
            })
            .collect();
        entries.sort_by_key(|(_, span, _)| span.start);
        entries
    }

    /// Every key and value: those of the fallback first, then its own.
    pub(crate) fn all_entries(&self) -> Vec<(&'a str, Range<usize>, Item<'a>)> {
        let mut entries = self.fallback.as_ref().map_or_else(Vec::new, |table| table.all_entries());
        entries.extend(self.entries());
        entries
    }

    /// The text of the whole file.
    pub(crate) const fn text(&self) -> &'a str {
        self.source.text
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> DialectError {
        self.source.error(&self.span, message)
    }

    /// Refuses keys that the code did not read. `what` is the word for such a key in the error
    /// message.
    pub(crate) fn finish(&self, what: &str) -> Result<(), DialectError> {
        let asked = self.asked.borrow();
        match self.entries().into_iter().find(|(key, ..)| !asked.contains(key)) {
            None => Ok(()),
            Some((key, span, _)) => Err(self.unknown(what, (key, &span), asked.iter().copied())),
        }
    }

    /// The error for a key that is not one of `expected`.
    pub(crate) fn unknown<'n>(
        &self,
        what: &str,
        (key, span): (&str, &Range<usize>),
        expected: impl Iterator<Item = &'n str>,
    ) -> DialectError {
        let mut expected: Vec<&str> = expected.collect();
        let mut seen = std::collections::HashSet::new();
        expected.retain(|name| seen.insert(*name));
        let expected = one_of(expected.into_iter());
        self.source.error(span, format!("unknown {what} {key:?}; expected {expected}"))
    }
}
