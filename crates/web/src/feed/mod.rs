//! What is told to those who check tokens offline: the change feed and the status lists (Token Status
//! List §8). Public, like the signing keys.
//!
//! Invariant: a message is signed once, when it is published, whoever and however many read it. What
//! a node has not been sure of is told by nobody: it answers 503 until its memory is filled.

mod error;
mod lists;
mod log;
mod poll;
mod publish;
mod snapshot;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::IpAddr;

use axum::body::Body;
use axum::http::header::{ACCEPT, ALLOW};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response};
use tokio::sync::{Mutex, watch};

use crate::metrics::Part;
use crate::realm::{Realm, RealmRequest};
use crate::respond;
use error::FeedError;
pub use publish::{Current, NoSigningKeyError};

/// How many may read the feed of a realm at once.
const READERS: usize = 1_000;
/// How many of them from one address: whoever takes all they can get leaves room for others.
const READERS_OF_ONE: usize = 100;

/// The feed of a realm, and the lists: what was signed of late.
#[derive(Debug)]
pub struct Feed {
    log: std::sync::Mutex<log::Log>,
    /// Counts what was published; nothing is sent once it is over.
    news: watch::Sender<u64>,
    ending: watch::Sender<bool>,
    readers: std::sync::Mutex<HashMap<IpAddr, usize>>,
    /// Says that a snapshot is wanted, as of a publication.
    reset: std::sync::Mutex<Option<(u64, log::Message)>>,
    snapshot: Mutex<Option<snapshot::Taken>>,
    lists: Mutex<lists::Made>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            log: Default::default(),
            news: watch::Sender::new(0),
            ending: watch::Sender::new(false),
            readers: Default::default(),
            reset: Default::default(),
            snapshot: Mutex::default(),
            lists: Mutex::default(),
        }
    }
}

impl Feed {
    /// Ends every stream: the process is about to end, and whoever reads goes to another node.
    pub fn close(&self) {
        self.ending.send_replace(true);
    }

    fn is_closed(&self) -> bool {
        *self.ending.borrow()
    }

    fn reading(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn log(&self) -> std::sync::MutexGuard<'_, log::Log> {
        self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Somebody who reads a feed: one of finitely many.
#[derive(Debug)]
struct Reader {
    feed: std::sync::Arc<Feed>,
    from: IpAddr,
}

impl Reader {
    fn admit(feed: &std::sync::Arc<Feed>, from: IpAddr) -> Option<Self> {
        let mut readers = feed.reading();
        let all: usize = readers.values().sum();
        let of_one = readers.get(&from).copied().unwrap_or_default();
        if all >= READERS || of_one >= READERS_OF_ONE {
            return None;
        }
        readers.insert(from, of_one + 1);
        drop(readers);
        Some(Self { feed: std::sync::Arc::clone(feed), from })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut readers = self.feed.reading();
        let left = readers.get(&self.from).map_or(0, |readers| readers.saturating_sub(1));
        if left == 0 {
            readers.remove(&self.from);
        } else {
            readers.insert(self.from, left);
        }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The feed.
    Feed,
    /// All that is bad.
    Snapshot,
    /// Which lists there are.
    Lists,
    /// A list by its number.
    List(u32),
}

impl Wanted {
    /// What lies at `path`.
    pub(crate) fn at(path: &str) -> Option<Self> {
        match path {
            "/feed" => Some(Self::Feed),
            "/feed/snapshot" => Some(Self::Snapshot),
            "/status-lists" => Some(Self::Lists),
            _ => {
                let number = path.strip_prefix("/status-lists/")?;
                // One spelling each: what a cache keeps under another name is another list.
                let plain = number == "0" || !number.starts_with('0');
                let digits = number.bytes().all(|byte| byte.is_ascii_digit());
                (plain && digits).then(|| number.parse().ok().map(Self::List))?
            }
        }
    }

    /// What it is in the metrics.
    pub(crate) const fn part(self) -> Part {
        match self {
            Self::Feed | Self::Snapshot => Part::Feed,
            Self::Lists | Self::List(_) => Part::StatusLists,
        }
    }
}

/// Answers.
pub(crate) async fn answer(realm: &Realm, wanted: Wanted, asked: RealmRequest) -> Response<Body> {
    const METHODS: [&str; 2] = ["GET", "HEAD"];
    let RealmRequest { request, request_id, address, .. } = asked;
    // A body is nothing that is looked at here, or held.
    let (head, _) = request.into_parts();
    let mut response = match head.method {
        Method::GET | Method::HEAD => {
            let head_only = head.method == Method::HEAD;
            let found = found(realm, wanted, (&head, address)).await;
            let found = found.unwrap_or_else(|refused| refused.response(realm, &request_id));
            if head_only { found.map(|_| Body::empty()) } else { found }
        }
        Method::OPTIONS => return respond::options(&METHODS, true),
        _ => {
            let context = realm.context(&request_id);
            let dialect = realm.state.issuer().dialect();
            let mut refusal =
                respond::outgoing(dialect.encode_method_not_allowed(&METHODS, &context));
            refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            refusal
        }
    };
    respond::to_any_origin(response.headers_mut());
    response
}

async fn found(
    realm: &Realm,
    wanted: Wanted,
    (head, from): (&Parts, IpAddr),
) -> Result<Response<Body>, FeedError> {
    let (state, head_only) = (&realm.state, head.method == Method::HEAD);
    if !state.feed().log().is_open() {
        return Err(FeedError::NotYet);
    }
    match wanted {
        Wanted::Feed => {
            let query = poll::Query::read(head.uri.query().unwrap_or_default())?;
            if wants_events(&head.headers) {
                let resumed = stream::last_event(&head.headers)?;
                return stream::answer((state, from), resumed.or(query.after), head_only);
            }
            poll::answer((realm, from), &query, head_only).await
        }
        Wanted::Snapshot => snapshot::answer(state).await,
        Wanted::Lists => Ok(lists::index(state)),
        Wanted::List(number) => lists::answer(state, number, &head.headers).await,
    }
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|it| it.to_str().ok());
    accepted.flat_map(|it| it.split(',')).any(|it| {
        it.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("text/event-stream"))
    })
}
