//! What the gate has found out about a request while it answers the proxy.

use super::original::Original;
use super::rates::Counted;
use super::{Route, Source};

/// Which answers the proxy can use. A query parameter of its request says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AnswerForm {
    /// The proxy passes status, headers and body of a refusal on to the caller.
    #[default]
    Whole,
    /// The proxy takes 2xx, 401 and 403 only, as nginx's `auth_request` does. The query is `answer=verdict`.
    Verdict,
    /// The proxy takes 2xx and 403 only: a 401 of `auth_request` adds a challenge to the one of the refusal. The query
    /// is `answer=allowed`.
    Allowed,
    /// The proxy asks for the refusal to send to the caller, after one of the two forms before. The query is
    /// `answer=refusal`. The answer is never 2xx, and the request does not count against a rate limit.
    Refusal,
}

impl AnswerForm {
    /// The form that `query` asks for. With [`Source::Path`] the query is the caller's own and is ignored.
    pub(super) fn of(source: Source, query: Option<&str>) -> Self {
        match (source, query) {
            (Source::Original | Source::Forwarded, Some("answer=verdict")) => Self::Verdict,
            (Source::Original | Source::Forwarded, Some("answer=allowed")) => Self::Allowed,
            (Source::Original | Source::Forwarded, Some("answer=refusal")) => Self::Refusal,
            _ => Self::Whole,
        }
    }
}

/// What is known about a request when it is let through or refused. A member is `None` until its step is done.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    pub(super) original: Option<Original<'a>>,
    pub(super) route: Option<&'a Route>,
    pub(super) counted: Option<Counted>,
}
