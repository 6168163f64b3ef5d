//! Finds the line of the route table for a request.
//!
//! If several lines match host, path and method, the most specific one is chosen, in this order:
//!
//! 1. A line with a host goes before a line for any host.
//! 2. The paths are compared segment by segment from the left: a literal segment goes before `{name}`, and `{name}`
//!    goes before `{*rest}`.
//! 3. A line that names the method goes before a line for any method.
//!
//! The order of the lines in the file does not matter, so two lines must not match the same requests.
//!
//! `{*rest}` stands for all segments that follow, and for none: `/v1/orders/{*rest}` matches `/v1/orders`,
//! `/v1/orders/` and everything below. So a strict line beside a general one has no gap at its own root.
//!
//! Invariant: a request passes only where every way to read its path leads to lines that ask for the same. The ways
//! are those of common proxies and frameworks: with percent escapes or without (Express matches routes before it
//! decodes), with a slash at the end or without, with or without regard to case (Express, by default), and up to an
//! encoded `?` or `#` (a proxy that decodes and does not encode again). A difference that the table spells out itself
//! is no ambiguity.
//!
//! The table is a tree of segments and not a radix tree such as `matchit`. That one does not allow `{name}` beside
//! `{*rest}`, but route tables often have one strict line within a general one.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Route;
use super::error::GateError;
use super::path::plain;

/// Whether letters of a path that differ in case only are the same for a literal segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Sensitive,
    /// A literal in the request's own case still goes before the others.
    Insensitive,
}

/// The route table: one tree of segments for each host, and one for any host.
#[derive(Debug, Default)]
pub struct Table {
    hosts: HashMap<Box<str>, Node>,
    anywhere: Node,
    /// Whether a literal segment has capital letters.
    has_capitals: bool,
}

/// The lines and further segments below one path.
#[derive(Debug, Default)]
struct Node {
    spelled: HashMap<Box<str>, Node>,
    /// The keys of `spelled`, by their lower-case form.
    by_lower_case: HashMap<Box<str>, Vec<Box<str>>>,
    name: Option<Box<Node>>,
    /// The lines that end here.
    here: Vec<Line>,
    /// The lines that end with `{*rest}` here.
    rest: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// The methods; empty means any.
    methods: Vec<Box<str>>,
    index: usize,
}

impl Table {
    /// # Errors
    /// The first line that is not valid, or that repeats another line.
    pub fn new(routes: &[Route]) -> Result<Self, GateError> {
        let mut table = Self::default();
        for (index, route) in routes.iter().enumerate() {
            let node = match &route.host {
                Some(host) => table.hosts.entry(checked_host(host)?).or_default(),
                None => &mut table.anywhere,
            };
            let methods = route.methods.iter().map(|it| it.as_str().into()).collect();
            node.insert(&route.path, Line { methods, index })?;
            table.has_capitals |= route.path.bytes().any(|b| b.is_ascii_uppercase());
        }
        Ok(table)
    }

    /// The route for a request; `None` where no line matches. `routes` are those that the table was made of, `sent`
    /// is the path as it was sent, without the query.
    ///
    /// # Errors
    /// The path is ambiguous: it is malformed ([`plain`]), or another way to read it leads to a line that asks for
    /// something else. The text names the part that programs read in different ways.
    pub fn choose<'a>(
        &self,
        routes: &'a [Route],
        (host, method): (&str, &str),
        sent: &str,
    ) -> Result<Option<&'a Route>, &'static str> {
        let path = plain(sent)?;
        let find = |path: &str, case| {
            self.find(host, path, method, case).and_then(|index| routes.get(index))
        };
        let Some(found) = find(&path, Case::Sensitive) else { return Ok(None) };
        let same = |it: &&Route| it.access == found.access && it.when_unsure == found.when_unsure;
        let cut = path.find(['?', '#']).and_then(|end| path.get(..end));
        let readings = [
            (Some(&*path), "letters in another case than a route that spells them out"),
            (sent.contains('%').then_some(sent), "an escape in a segment that a route spells out"),
            (cut, "an encoded question mark or number sign behind a route that is spelled out"),
        ];
        let in_two_cases =
            self.has_capitals || path.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii());
        let cases: &[Case] =
            if in_two_cases { &[Case::Sensitive, Case::Insensitive] } else { &[Case::Sensitive] };
        for (reading, why) in readings {
            let Some(reading) = reading else { continue };
            for case in cases {
                let route = find(reading, *case).filter(same).ok_or(why)?;
                let bare = reading.strip_suffix('/').filter(|it| !it.is_empty());
                if let Some(bare) = bare.filter(|_| !route.path.ends_with('/')) {
                    find(bare, *case).filter(same).ok_or("a slash at its end")?;
                }
            }
        }
        Ok(Some(found))
    }

    /// The index of the line for a path.
    fn find(&self, host: &str, path: &str, method: &str, case: Case) -> Option<usize> {
        let host_node = match self.hosts.get(host) {
            Some(node) => Some(node),
            None if self.hosts.is_empty() => None,
            None => self.hosts.get(normal_host(host).as_str()),
        };
        let below = path.strip_prefix('/')?;
        let found = host_node.and_then(|node| node.find(Some(below), method, case));
        found.or_else(|| self.anywhere.find(Some(below), method, case))
    }

    /// The hosts that the lines name.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.keys().map(AsRef::as_ref)
    }
}

/// A host in lower case, without port and without a dot at its end.
pub fn normal_host(host: &str) -> String {
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|b| b.is_ascii_digit()) => bare,
        _ => host,
    };
    bare.strip_suffix('.').unwrap_or(bare).to_ascii_lowercase()
}

fn checked_host(host: &str) -> Result<Box<str>, GateError> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    if !host.is_empty() && host.bytes().all(fits) && normal_host(host) == host {
        Ok(host.into())
    } else {
        Err(GateError::Host(host.to_owned()))
    }
}

impl Node {
    fn insert(&mut self, pattern: &str, line: Line) -> Result<(), GateError> {
        let malformed = |why| GateError::Path { path: pattern.to_owned(), why };
        if pattern.contains('%') {
            return Err(malformed("it is written plainly, without percent signs"));
        }
        plain(pattern).map_err(malformed)?;
        let mut node = self;
        let mut segments = pattern.split('/').skip(1).peekable();
        while let Some(segment) = segments.next() {
            let inner = segment.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
            match inner {
                Some(inner) if !is_name(inner.strip_prefix('*').unwrap_or(inner)) => {
                    return Err(malformed("a placeholder is {name}, or {*rest} at the end"));
                }
                Some(inner) if inner.starts_with('*') => {
                    return if segments.peek().is_none() {
                        add(&mut node.rest, line, pattern)
                    } else {
                        Err(malformed("{*rest} stands at the end"))
                    };
                }
                Some(_) => node = node.name.get_or_insert_default(),
                None if segment.contains(['{', '}', '*']) => {
                    return Err(malformed("a placeholder is a whole segment"));
                }
                None => {
                    let spellings =
                        node.by_lower_case.entry(lower_case(segment).into()).or_default();
                    if !spellings.iter().any(|known| **known == *segment) {
                        spellings.push(segment.into());
                    }
                    node = node.spelled.entry(segment.into()).or_default();
                }
            }
        }
        add(&mut node.here, line, pattern)
    }

    /// The index of the line for the rest of a path, without its first slash; `None` is an empty rest.
    fn find(&self, rest: Option<&str>, method: &str, case: Case) -> Option<usize> {
        let Some(rest) = rest else {
            return pick(&self.here, method).or_else(|| pick(&self.rest, method));
        };
        let (segment, after) = match rest.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (rest, None),
        };
        let spelled = || self.spelled.get(segment)?.find(after, method, case);
        let in_another_case = || {
            let mut spellings = self.by_lower_case.get(lower_case(segment).as_ref())?.iter();
            spellings.find_map(|it| self.spelled.get(it)?.find(after, method, case))
        };
        let name = || self.name.as_ref().filter(|_| !segment.is_empty())?.find(after, method, case);
        spelled()
            .or_else(|| if case == Case::Insensitive { in_another_case() } else { None })
            .or_else(name)
            .or_else(|| pick(&self.rest, method))
    }
}

fn lower_case(segment: &str) -> Cow<'_, str> {
    let is_lower_case = |b: u8| b.is_ascii() && !b.is_ascii_uppercase();
    if segment.bytes().all(is_lower_case) {
        Cow::Borrowed(segment)
    } else {
        Cow::Owned(segment.to_lowercase())
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn add(lines: &mut Vec<Line>, line: Line, pattern: &str) -> Result<(), GateError> {
    let clash = |known: &&Line| {
        let both_any = known.methods.is_empty() && line.methods.is_empty();
        both_any || known.methods.iter().any(|method| line.methods.contains(method))
    };
    if lines.iter().any(|known| clash(&known)) {
        return Err(GateError::Twice { path: pattern.to_owned() });
    }
    lines.push(line);
    Ok(())
}

/// The line for a method. A line for GET also takes HEAD (RFC 9110 §9.3.2).
fn pick(lines: &[Line], method: &str) -> Option<usize> {
    let of = |wanted: &str| {
        lines.iter().find(|line| line.methods.iter().any(|known| **known == *wanted))
    };
    let spelled = of(method).or_else(|| (method == "HEAD").then(|| of("GET")).flatten());
    let found = spelled.or_else(|| lines.iter().find(|line| line.methods.is_empty()));
    found.map(|line| line.index)
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
