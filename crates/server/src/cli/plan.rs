//! A command as data: one request, and how its answer is printed.

use clap::Args;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::{Map, Value};

/// Characters that are not encoded in a path segment (RFC 3986 §2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// One request.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) method: Method,
    /// The path below `/admin/v1`.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    pub(crate) rendering: Rendering,
    /// Whether every page is fetched.
    pub(crate) all: bool,
}

/// How an answer is printed.
#[derive(Debug)]
pub(crate) enum Rendering {
    /// One entity: a line per member.
    One,
    /// A list: a row per entity, with these members.
    Many(&'static [&'static str]),
}

/// A command that is one request.
pub(crate) trait Planned {
    /// The request.
    fn plan(self) -> Plan;
}

impl Plan {
    pub(crate) fn get(segments: &[&str]) -> Self {
        Self::of(Method::GET, segments, None)
    }

    pub(crate) fn post(segments: &[&str], body: Value) -> Self {
        Self::of(Method::POST, segments, Some(body))
    }

    pub(crate) fn patch(segments: &[&str], body: Value) -> Self {
        Self::of(Method::PATCH, segments, Some(body))
    }

    pub(crate) fn put(segments: &[&str], body: Value) -> Self {
        Self::of(Method::PUT, segments, Some(body))
    }

    pub(crate) fn delete(segments: &[&str]) -> Self {
        Self::of(Method::DELETE, segments, None)
    }

    /// Revokes the credential with this path.
    pub(crate) fn revoke(segments: &[&str], reason: Option<String>) -> Self {
        let mut all = segments.to_vec();
        all.push("revoke");
        Self::post(&all, body([("reason", reason.into())]))
    }

    /// A list, printed with these columns.
    pub(crate) fn list(segments: &[&str], page: Page, columns: &'static [&'static str]) -> Self {
        let mut plan = Self::get(segments);
        plan.rendering = Rendering::Many(columns);
        plan.all = page.all;
        let limit = page.limit.or(page.all.then_some(200));
        plan.with("limit", limit.map(|limit| limit.to_string())).with("after", page.after)
    }

    /// Adds a parameter to the query, if it is given.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: Option<String>) -> Self {
        self.query.extend(value.map(|value| (name, value)));
        self
    }

    fn of(method: Method, segments: &[&str], body: Option<Value>) -> Self {
        let path = segments.iter().flat_map(|segment| {
            ["/".to_owned(), utf8_percent_encode(segment, SEGMENT).to_string()]
        });
        let path = path.collect();
        Self { method, path, query: Vec::new(), body, rendering: Rendering::One, all: false }
    }
}

/// A body of the given members.
pub(crate) fn body<const N: usize>(members: [(&str, Value); N]) -> Value {
    let there = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(there.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

/// A list; null where it is empty.
pub(crate) fn list(texts: Vec<String>) -> Value {
    if texts.is_empty() { Value::Null } else { texts.into() }
}

/// Which page of a list.
#[derive(Debug, Default, Args)]
pub(crate) struct Page {
    /// At most so many rows, 1 to 200
    #[arg(long)]
    limit: Option<u16>,
    /// The cursor that the page before ended with
    #[arg(long, value_name = "CURSOR", conflicts_with = "all")]
    after: Option<String>,
    /// Every page
    #[arg(long)]
    all: bool,
}

impl Page {
    /// Every page of a list.
    pub(crate) fn every() -> Self {
        Self { all: true, ..Self::default() }
    }
}

/// The one that is meant.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its id
    pub(crate) id: String,
}

/// Which one to revoke, and why.
#[derive(Debug, Args)]
pub(crate) struct Revoked {
    /// Its id
    pub(crate) id: String,
    /// A few words for support
    #[arg(long)]
    pub(crate) reason: Option<String>,
}

/// Limits of tokens issued.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct Limits {
    /// Tokens per clock hour (UTC)
    #[arg(long, value_name = "TOKENS")]
    per_hour: Option<u64>,
    /// Tokens per UTC day
    #[arg(long, value_name = "TOKENS")]
    per_day: Option<u64>,
}

impl Limits {
    /// The limits as a body of their own.
    pub(crate) fn whole(self) -> Value {
        body([("per_hour", self.per_hour.into()), ("per_day", self.per_day.into())])
    }

    /// The limits as a member; null where no limit is given.
    pub(crate) fn member(self) -> Value {
        if self.per_hour.is_none() && self.per_day.is_none() { Value::Null } else { self.whole() }
    }
}
