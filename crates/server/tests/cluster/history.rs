//! What happened: every request with its times and its answer, every change with its acknowledgement,
//! every fault. Plain data, written while the test runs and judged after it.
//!
//! Invariant: times are of one monotonic clock, from the start of the test.

use std::time::Duration;

/// Since the start of the test.
pub(crate) type At = Duration;

/// From just before the first byte was sent to just after the last one of the answer was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: At,
    pub(crate) end: At,
}

/// Who was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Endpoint {
    /// The gate of a node, at a route that fails closed.
    Gate(usize),
    /// The gate of a node, at a route that fails open.
    OpenGate(usize),
    /// The introspection endpoint of a node.
    Introspection(usize),
    /// nginx, which asks any gate.
    Nginx,
    /// HAProxy, which asks any gate.
    Haproxy,
    /// A service that checks for itself, and fails closed.
    Verifier(usize),
    /// The same, failing open.
    OpenVerifier(usize),
}

impl Endpoint {
    /// What kind of door it is, for the report.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Gate(_) => "gate",
            Self::OpenGate(_) => "gate, open route",
            Self::Introspection(_) => "introspection",
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Verifier(_) => "verifier",
            Self::OpenVerifier(_) => "verifier, open",
        }
    }

    /// Whether it lets known and unknown pass where it cannot be sure.
    pub(crate) const fn fails_open(self) -> bool {
        matches!(self, Self::OpenGate(_) | Self::OpenVerifier(_))
    }
}

/// What a door said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Observation {
    /// The caller was let in.
    Accepted,
    /// The caller was not: 401, 403, or inactive.
    Refused,
    /// 503.
    Unsure,
    /// No answer, or none in time.
    Lost,
    /// Anything else, which nobody may answer.
    Broken(u16),
}

/// A credential shown at a door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) endpoint: Endpoint,
    /// Its place in [`History::credentials`].
    pub(crate) credential: usize,
    pub(crate) span: Span,
    pub(crate) observation: Observation,
}

/// A thing that is good or bad: a credential, a grant, a client, an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Subject(pub(crate) usize);

/// Something that can be shown at a door.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    /// Good only while all of these are.
    pub(crate) hangs_from: Vec<Subject>,
    /// When its making was acknowledged.
    pub(crate) born: At,
}

/// A thing was made bad, or good again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) subject: Subject,
    pub(crate) good: bool,
    pub(crate) span: Span,
    /// Otherwise nobody knows whether, or when, it came to pass.
    pub(crate) acknowledged: bool,
}

/// A refresh token was used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refresh {
    pub(crate) family: usize,
    /// A number of its own for each token.
    pub(crate) presented: usize,
    pub(crate) span: Span,
    pub(crate) answer: Renewal,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// The next token.
    Successor(usize),
    Refused,
    /// 503, or no answer.
    Unknown,
    Broken(u16),
}

/// A token was asked for that a budget pays for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spend {
    pub(crate) client: usize,
    /// The clock hour, where it is the same at both ends of the request.
    pub(crate) hour: Option<i64>,
    pub(crate) span: Span,
    pub(crate) answer: Paid,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paid {
    Issued,
    Exhausted,
    /// 503, or no answer: perhaps paid for.
    Unknown,
    Broken(u16),
}

/// What one node says of a subject at the end.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "which node it was is for the reader of a breach")]
pub(crate) struct ReadBack {
    pub(crate) node: usize,
    pub(crate) subject: Subject,
    pub(crate) state: State,
}

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Good,
    Bad,
    Missing,
}

/// Something was broken on purpose, and mended.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// To when it was mended; recovery comes after.
    pub(crate) span: Span,
    /// When mending began: from here on some may hear something again.
    pub(crate) mending: At,
    /// Who notices.
    pub(crate) endpoints: Vec<Endpoint>,
    /// Those of them that are up, and have nobody to learn from.
    pub(crate) in_the_dark: Vec<Endpoint>,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) credentials: Vec<Credential>,
    pub(crate) calls: Vec<Call>,
    pub(crate) changes: Vec<Change>,
    pub(crate) refreshes: Vec<Refresh>,
    /// Families whose old token was shown on purpose.
    pub(crate) replayed: Vec<usize>,
    pub(crate) spends: Vec<Spend>,
    /// What each client may spend an hour.
    pub(crate) budgets: Vec<usize>,
    /// Subjects whose making was acknowledged.
    pub(crate) made: Vec<Subject>,
    pub(crate) read_back: Vec<ReadBack>,
    pub(crate) faults: Vec<Fault>,
}
