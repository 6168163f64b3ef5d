//! What a verified token depends on, read from its claims: its marks, and its index in a status
//! list (Token Status List §6). Invariant: this module decides nothing; see `token_state`.

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
    /// The marks of the token itself, of the API, and those in its `status` claim.
    pub(crate) marks: Box<[Mark]>,
    pub(crate) list: Option<ListEntry>,
    /// Whether the token itself named its marks.
    pub(crate) names_marks: bool,
    /// A version of the known marks in which none of these was revoked; 0 for none.
    checked_version: AtomicU64,
}

/// An index in a status list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListEntry {
    /// The list's address, as in the token. It is only trusted within the issuer's own origin.
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
        let names_marks = !said.marks.is_empty();
        let audiences = claims.audience.iter().filter(|one| rules.is_ours(one));
        let mut marks = said.marks;
        marks.extend(audiences.map(|one| Mark::audience(one)));
        marks.extend(claims.extra.get("jti").and_then(token_mark));
        let list = claims.extra.get("status").and_then(list_entry);
        let marks = marks.into_boxed_slice();
        Ok(Self { marks, list, names_marks, checked_version: AtomicU64::default() })
    }

    /// Whether a mark is revoked. `version` is the version of the known marks: the same version is
    /// checked only once.
    #[cfg(feature = "http-client")]
    pub(crate) fn any(&self, version: u64, is_revoked: impl Fn(Mark) -> bool) -> bool {
        if self.checked_version.load(Ordering::Relaxed) == version {
            return false;
        }
        let bad = self.marks.iter().any(|mark| is_revoked(*mark));
        if !bad {
            self.checked_version.store(version, Ordering::Relaxed);
        }
        bad
    }
}

/// The mark of a single token. Only a `jti` in Postern's format has one.
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
