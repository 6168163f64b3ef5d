//! What is known of a question while it is answered.

use super::original::Original;
use super::rates::Counted;
use super::{Route, Source};

/// What the proxy can make of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AnswerForm {
    /// All of it: status, headers and body reach the caller.
    #[default]
    Whole,
    /// 2xx, 401 or 403, as nginx's `auth_request`: the query is `answer=verdict`.
    Verdict,
    /// What the caller is told after a verdict said no, and never a 2xx: the query is
    /// `answer=refusal`. Nothing is spent for it.
    Refusal,
}

impl AnswerForm {
    /// With [`Source::Path`] the query is the caller's own.
    pub(super) fn of(source: Source, query: Option<&str>) -> Self {
        match (source, query) {
            (Source::Original | Source::Forwarded, Some("answer=verdict")) => Self::Verdict,
            (Source::Original | Source::Forwarded, Some("answer=refusal")) => Self::Refusal,
            _ => Self::Whole,
        }
    }
}

/// What is known of a request by the time it is let through or refused.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    pub(super) original: Option<Original<'a>>,
    pub(super) route: Option<&'a Route>,
    pub(super) counted: Option<Counted>,
}
