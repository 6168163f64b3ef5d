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
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT, ALLOW};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response};
use engine::Issuer;
use tokio::sync::{Mutex, watch};

use error::FeedError;
pub use publish::{Current, NoSigningKeyError};
use web_base::RealmRequest;
use web_base::metrics::Part;
use web_base::respond;
use web_base::{AppState, RealmState};

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

/// A realm and its feed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RealmFeed {
    state: RealmState,
    feed: Arc<Feed>,
}

impl RealmFeed {
    /// A realm whose feed is not open yet.
    pub fn new(state: RealmState) -> Self {
        Self { state, feed: Arc::default() }
    }

    /// The realm.
    pub const fn state(&self) -> &RealmState {
        &self.state
    }

    /// What is published of it.
    pub const fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    fn app(&self) -> &Arc<AppState> {
        self.state.app()
    }

    fn issuer(&self) -> &Arc<Issuer> {
        self.state.issuer()
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
    feed: Arc<Feed>,
    from: IpAddr,
}

impl Reader {
    fn admit(feed: &Arc<Feed>, from: IpAddr) -> Option<Self> {
        let mut readers = feed.reading();
        let all: usize = readers.values().sum();
        let of_one = readers.get(&from).copied().unwrap_or_default();
        if all >= READERS || of_one >= READERS_OF_ONE {
            return None;
        }
        readers.insert(from, of_one + 1);
        drop(readers);
        Some(Self { feed: Arc::clone(feed), from })
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

/// A resource of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedResource {
    /// The feed.
    Feed,
    /// Every revoked mark, at once.
    Snapshot,
    /// Which lists there are.
    Lists,
    /// A list by its number.
    List(u32),
}

impl FeedResource {
    /// What lies at `path`.
    pub fn at(path: &str) -> Option<Self> {
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
    pub const fn part(self) -> Part {
        match self {
            Self::Feed | Self::Snapshot => Part::Feed,
            Self::Lists | Self::List(_) => Part::StatusLists,
        }
    }
}

/// Answers.
pub async fn answer(
    realm: &RealmFeed,
    resource: FeedResource,
    request: RealmRequest,
) -> Response<Body> {
    const METHODS: [&str; 2] = ["GET", "HEAD"];
    let RealmRequest { http, request_id, address, limits, .. } = request;
    let state = realm.state();
    // A body is nothing that is looked at here, or held.
    let (head, _) = http.into_parts();
    let mut response = match head.method {
        Method::GET | Method::HEAD => {
            let head_only = head.method == Method::HEAD;
            let found = found(realm, resource, (&head, address), limits.answer_time).await;
            let found = found.unwrap_or_else(|refused| refused.response(state, &request_id));
            if head_only { found.map(|_| Body::empty()) } else { found }
        }
        Method::OPTIONS => return respond::options(&METHODS, true),
        _ => {
            let context = state.reply_context(&request_id);
            let dialect = state.issuer().dialect();
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
    realm: &RealmFeed,
    resource: FeedResource,
    (head, from): (&Parts, IpAddr),
    answer_time: Duration,
) -> Result<Response<Body>, FeedError> {
    let head_only = head.method == Method::HEAD;
    if !realm.feed().log().is_open() {
        return Err(FeedError::NotYet);
    }
    match resource {
        FeedResource::Feed => {
            let query = poll::Query::read(head.uri.query().unwrap_or_default())?;
            if wants_events(&head.headers) {
                let resumed = stream::last_event(&head.headers)?;
                return stream::answer((realm, from), resumed.or(query.after), head_only);
            }
            poll::answer((realm, from), (&query, answer_time), head_only).await
        }
        FeedResource::Snapshot => snapshot::answer(realm).await,
        FeedResource::Lists => Ok(lists::index(realm)),
        FeedResource::List(number) => lists::answer(realm, number, &head.headers).await,
    }
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|it| it.to_str().ok());
    accepted.flat_map(|it| it.split(',')).any(|it| {
        it.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("text/event-stream"))
    })
}
