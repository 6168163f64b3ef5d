//! Which line of the route table a request falls under.
//!
//! Of the lines whose host, path and method fit, a host goes before any host; then the path decides,
//! segment by segment from the left: one that is spelled out before a `{name}`, and that before a
//! `{*rest}`; then a method that is spelled out before any method. The order of the file decides
//! nothing, so no two lines may say the same.
//!
//! It is a tree of segments and not a radix tree such as `matchit`: that takes no `{name}` beside a
//! `{*rest}`, and "all of these, and that one more strictly" is what route tables are made of.

use std::collections::HashMap;

use super::Route;
use super::error::GateError;
use super::path::plain;

/// The tables, by host.
#[derive(Debug, Default)]
pub(super) struct Table {
    hosts: HashMap<Box<str>, Node>,
    anywhere: Node,
}

/// What may follow the segments so far.
#[derive(Debug, Default)]
struct Node {
    spelled: HashMap<Box<str>, Node>,
    name: Option<Box<Node>>,
    /// The lines that end here.
    here: Vec<Line>,
    /// The lines that take all that follows.
    rest: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// Empty: any.
    methods: Vec<Box<str>>,
    index: usize,
}

impl Table {
    /// # Errors
    /// The first line that cannot be meant.
    pub(super) fn new(routes: &[Route]) -> Result<Self, GateError> {
        let mut table = Self::default();
        for (index, route) in routes.iter().enumerate() {
            let node = match &route.host {
                Some(host) => table.hosts.entry(known_host(host)?).or_default(),
                None => &mut table.anywhere,
            };
            let methods = route.methods.iter().map(|it| it.as_str().into()).collect();
            node.insert(&route.path, Line { methods, index })?;
        }
        Ok(table)
    }

    /// The line for a request: its place in the file. `path` is plain.
    pub(super) fn find(&self, host: &str, path: &str, method: &str) -> Option<usize> {
        let of_host = match self.hosts.get(host) {
            Some(node) => Some(node),
            None if self.hosts.is_empty() => None,
            None => self.hosts.get(normal_host(host).as_str()),
        };
        let below = path.strip_prefix('/')?;
        let found = of_host.and_then(|node| node.find(Some(below), method));
        found.or_else(|| self.anywhere.find(Some(below), method))
    }

    /// The line for a request, of those that the table was made of.
    ///
    /// # Errors
    /// A slash at the end of the path leads to a `{*rest}` past a line that asks for something else.
    /// Many APIs take `/admin/` for `/admin`.
    pub(super) fn choose<'a>(
        &self,
        routes: &'a [Route],
        (host, path, method): (&str, &str, &str),
    ) -> Result<Option<&'a Route>, &'static str> {
        let find = |path| self.find(host, path, method).and_then(|index| routes.get(index));
        let found = find(path);
        if let (Some(bare), Some(found)) = (path.strip_suffix('/'), found)
            && !found.path.ends_with('/')
            && find(bare).is_some_and(|bare| bare.access != found.access)
        {
            return Err("a slash at its end");
        }
        Ok(found)
    }

    /// The hosts that lines name.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.keys().map(AsRef::as_ref)
    }
}

/// In lower case, without port and without a dot at its end.
pub fn normal_host(host: &str) -> String {
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|b| b.is_ascii_digit()) => bare,
        _ => host,
    };
    bare.strip_suffix('.').unwrap_or(bare).to_ascii_lowercase()
}

fn known_host(host: &str) -> Result<Box<str>, GateError> {
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
                None => node = node.spelled.entry(segment.into()).or_default(),
            }
        }
        add(&mut node.here, line, pattern)
    }

    /// `rest`: what is left of the path, without its slash; `None`: nothing, not even a slash.
    fn find(&self, rest: Option<&str>, method: &str) -> Option<usize> {
        let Some(rest) = rest else { return pick(&self.here, method) };
        let (segment, after) = match rest.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (rest, None),
        };
        let spelled = || self.spelled.get(segment)?.find(after, method);
        let name = || self.name.as_ref().filter(|_| !segment.is_empty())?.find(after, method);
        spelled().or_else(name).or_else(|| pick(&self.rest, method))
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

/// RFC 9110 §9.3.2: whoever may GET may HEAD.
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
