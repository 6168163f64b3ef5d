//! The history: every request with its times and its answer, every change with its acknowledgement,
//! every fault. Plain data, written while the test runs and judged after it.
//!
//! Invariant: all times are of one monotonic clock, from the start of the test.

use std::time::Duration;

/// The time since the start of the test.
pub(crate) type At = Duration;

/// From just before the first byte was sent to just after the last byte of the answer was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: At,
    pub(crate) end: At,
}

/// The endpoint that was asked.
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
    /// A service with a verifier, which fails closed.
    Verifier(usize),
    /// The same, which fails open.
    OpenVerifier(usize),
}

impl Endpoint {
    /// The kind of endpoint, for the report.
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

    /// Whether it accepts credentials where their state is unknown.
    pub(crate) const fn fails_open(self) -> bool {
        matches!(self, Self::OpenGate(_) | Self::OpenVerifier(_))
    }
}

/// The answer of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Observation {
    /// The credential was accepted.
    Accepted,
    /// The credential was refused: 401, 403, or inactive.
    Refused,
    /// 503.
    Unsure,
    /// No answer, or none in time.
    Lost,
    /// Any other answer, which is always an error.
    Broken(u16),
}

/// A credential presented at an endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) endpoint: Endpoint,
    /// Its index in [`History::credentials`].
    pub(crate) credential: usize,
    pub(crate) span: Span,
    pub(crate) observation: Observation,
}

/// An entity that can be revoked or suspended: a credential, a grant, a client, an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Subject(pub(crate) usize);

/// A credential that can be presented.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    /// It is active only while all of these are.
    pub(crate) hangs_from: Vec<Subject>,
    /// When its creation was acknowledged.
    pub(crate) born: At,
}

/// An entity was revoked or suspended, or activated again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) subject: Subject,
    pub(crate) good: bool,
    pub(crate) span: Span,
    /// Otherwise it is unknown whether, or when, the change happened.
    pub(crate) acknowledged: bool,
}

/// A refresh token was used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refresh {
    pub(crate) family: usize,
    /// A number for each token.
    pub(crate) presented: usize,
    pub(crate) span: Span,
    pub(crate) answer: Renewal,
}

/// The result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// The next token.
    Successor(usize),
    Refused,
    /// 503, or no answer.
    Unknown,
    Broken(u16),
}

/// A token request that a budget pays for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spend {
    pub(crate) client: usize,
    /// The clock hour, if it is the same at both ends of the request.
    pub(crate) hour: Option<i64>,
    pub(crate) span: Span,
    pub(crate) answer: Paid,
}

/// The result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paid {
    Issued,
    Exhausted,
    /// 503, or no answer: the budget may have been spent.
    Unknown,
    Broken(u16),
}

/// The state of a subject at the end, according to one node.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "which node it was is for the reader of a breach")]
pub(crate) struct ReadBack {
    pub(crate) node: usize,
    pub(crate) subject: Subject,
    pub(crate) state: State,
}

/// The state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Good,
    Bad,
    Missing,
}

/// A fault that was caused and repaired.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// When it was repaired; recovery comes after.
    pub(crate) span: Span,
    /// When the repair began. From here on, some may receive news again.
    pub(crate) mending: At,
    /// The endpoints that notice it.
    pub(crate) endpoints: Vec<Endpoint>,
    /// Those of them that are up, but have no source of news.
    pub(crate) without_news: Vec<Endpoint>,
}

/// The complete history.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) credentials: Vec<Credential>,
    pub(crate) calls: Vec<Call>,
    pub(crate) changes: Vec<Change>,
    pub(crate) refreshes: Vec<Refresh>,
    /// Families whose old token was presented on purpose.
    pub(crate) replayed: Vec<usize>,
    pub(crate) spends: Vec<Spend>,
    /// The hourly limit of each client.
    pub(crate) budgets: Vec<usize>,
    /// Subjects whose creation was acknowledged.
    pub(crate) made: Vec<Subject>,
    pub(crate) read_back: Vec<ReadBack>,
    pub(crate) faults: Vec<Fault>,
}
