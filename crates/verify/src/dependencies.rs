//! What a verified token depends on, read from its claims: the marks that must not be bad, and its
//! place in a status list (Token Status List §6). Invariant: nothing here decides; see `standing`.

use std::sync::atomic::AtomicU64;
#[cfg(feature = "http-client")]
use std::sync::atomic::Ordering;

use base::encoding::{BASE62_U128, parse_base62};
use serde_json::Value;
use status::{Mark, TokenStatus};

use crate::Rejection;
use crate::checks::Rules;
use crate::claims::Claims;

/// What a token depends on.
#[cfg_attr(not(feature = "http-client"), allow(dead_code, reason = "only a feed asks"))]
#[derive(Debug, Default)]
pub(crate) struct Dependencies {
    /// The token itself, the API, and what its `status` claim names.
    pub(crate) marks: Box<[Mark]>,
    pub(crate) list: Option<ListEntry>,
    /// Whether it said itself what it depends on.
    pub(crate) told: bool,
    /// The version of what is known to be bad in which none of the marks was; 0 for none.
    good_in: AtomicU64,
}

/// A place in a status list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListEntry {
    /// The list's address, as the token says. Trust it only as far as the issuer's own origin.
    pub(crate) uri: Box<str>,
    pub(crate) index: u32,
}

impl Dependencies {
    pub(crate) fn of(claims: &Claims, rules: &Rules) -> Result<Self, Rejection> {
        let malformed = |_| Rejection::MalformedClaim("status");
        let said = match claims.extra.get("status") {
            Some(value) => TokenStatus::read(value).map_err(malformed)?,
            None => TokenStatus::default(),
        };
        let told = !said.marks.is_empty();
        let audiences = claims.audience.iter().filter(|one| rules.is_ours(one));
        let mut marks = said.marks;
        marks.extend(audiences.map(|one| Mark::audience(one)));
        marks.extend(claims.extra.get("jti").and_then(token_mark));
        let list = claims.extra.get("status").and_then(list_entry);
        let marks = marks.into_boxed_slice();
        Ok(Self { marks, list, told, good_in: AtomicU64::default() })
    }

    /// Whether a mark is bad, which `version` of what is known decides for good: of the same
    /// version it is asked once.
    #[cfg(feature = "http-client")]
    pub(crate) fn any(&self, version: u64, is_bad: impl Fn(Mark) -> bool) -> bool {
        if self.good_in.load(Ordering::Relaxed) == version {
            return false;
        }
        let bad = self.marks.iter().any(|mark| is_bad(*mark));
        if !bad {
            self.good_in.store(version, Ordering::Relaxed);
        }
        bad
    }
}

/// The mark of a single token: only a `jti` of the form that Postern gives has one.
fn token_mark(jti: &Value) -> Option<Mark> {
    let text = jti.as_str().filter(|text| text.len() == BASE62_U128)?;
    parse_base62(text).map(Mark::id)
}

fn list_entry(status: &Value) -> Option<ListEntry> {
    let list = status.get("status_list")?;
    let index = u32::try_from(list.get("idx")?.as_u64()?).ok()?;
    Some(ListEntry { uri: list.get("uri")?.as_str()?.into(), index })
}

#[cfg(test)]
#[path = "dependencies_tests.rs"]
mod tests;
