//! Lifetimes: section `[lifetimes]`, and durations as dialect files write them.

use std::time::Duration;

use crate::DialectError;
use crate::read::{Item, Table};

/// Lifetimes of everything but access tokens; `None`: valid until revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// The lifetime of a refresh token.
    pub refresh_token: Option<Duration>,
    /// The maximum lifetime of an API key.
    pub api_key: Option<Duration>,
    /// The maximum lifetime of a personal access token.
    pub personal_access_token: Option<Duration>,
    /// The lifetime of an authorization code (RFC 6749 §4.1.2 recommends at most 10 minutes).
    pub code: Duration,
}

/// Reads `[lifetimes]`.
pub(crate) fn lifetimes(table: &Table<'_>) -> Result<Lifetimes, DialectError> {
    let code = table.required("code")?;
    let lifetimes = Lifetimes {
        refresh_token: lifetime(&table.required("refresh_token")?)?,
        api_key: lifetime(&table.required("api_key")?)?,
        personal_access_token: lifetime(&table.required("personal_access_token")?)?,
        code: lifetime(&code)?.ok_or_else(|| code.error("a code cannot live for ever"))?,
    };
    table.finish("lifetime")?;
    Ok(lifetimes)
}

/// A lifetime: whole seconds, a text such as `"60m"`, or `"never"`.
pub(crate) fn lifetime(item: &Item<'_>) -> Result<Option<Duration>, DialectError> {
    if item.is_text() && item.text()? == "never" { Ok(None) } else { duration(item).map(Some) }
}

/// A duration of at least a second: whole seconds or a text such as `"90s"`, `"60m"`, `"24h"`,
/// `"365d"`.
pub(crate) fn duration(item: &Item<'_>) -> Result<Duration, DialectError> {
    const LONGEST: u64 = 100 * 365 * 86_400;
    let refuse = || {
        item.error(format!(
            "found {}; expected seconds (3600), a duration (\"90s\", \"60m\", \"24h\", \"365d\") \
             of at most 100 years, or where it may be, \"never\"",
            item.found()
        ))
    };
    let seconds = if item.is_text() {
        let text = item.text()?;
        let unit = match text.as_bytes().last() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3_600,
            Some(b'd') => 86_400,
            _ => return Err(refuse()),
        };
        let count: u64 =
            text.get(..text.len() - 1).and_then(|n| n.parse().ok()).ok_or_else(refuse)?;
        count.checked_mul(unit).ok_or_else(refuse)?
    } else {
        item.integer().ok().and_then(|seconds| seconds.try_into().ok()).ok_or_else(refuse)?
    };
    if (1..=LONGEST).contains(&seconds) { Ok(Duration::from_secs(seconds)) } else { Err(refuse()) }
}
