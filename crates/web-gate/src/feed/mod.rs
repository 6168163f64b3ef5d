//! The change feed and the status lists (Token Status List §8), for services that verify tokens offline.
//! They are public, like the signing keys.
//!
//! The feed publishes each change of revoked marks as a signed message. Readers get the messages as server-sent events
//! (`stream`) or by polling (`poll`). `snapshot` has all revoked marks at once. `lists` has the status lists.
//!
//! Invariant: a message is signed once, when it is published, and not again for each reader. A node answers 503
//! until its memory is filled.

mod error;
mod kept;
mod lists;
mod log;
mod poll;
mod publish;
mod shared;
mod snapshot;
mod stream;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT, ALLOW};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response};

use error::FeedError;
pub use publish::{Current, NoSigningKeyError};
pub use shared::{Feed, RealmFeed};
use web_base::RealmRequest;
use web_base::headers::{parts, split};
use web_base::metrics::Part;
use web_base::respond;

/// A resource of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedResource {
    /// The change feed.
    Feed,
    /// All revoked marks at once.
    Snapshot,
    /// The index of the status lists (Token Status List §9.1).
    Lists,
    /// The status list with this number.
    List(u32),
}

impl FeedResource {
    /// The resource at `path`, a path of the realm; `None` where there is none.
    pub fn at(path: &str) -> Option<Self> {
        match path {
            "/feed" => Some(Self::Feed),
            "/feed/snapshot" => Some(Self::Snapshot),
            "/status-lists" => Some(Self::Lists),
            _ => {
                let number = path.strip_prefix("/status-lists/")?;
                // One spelling per list: a cache takes another spelling for another list.
                let plain = number == "0" || !number.starts_with('0');
                let digits = number.bytes().all(|byte| byte.is_ascii_digit());
                (plain && digits).then(|| number.parse().ok().map(Self::List))?
            }
        }
    }

    /// The part that metrics count it under.
    pub const fn part(self) -> Part {
        match self {
            Self::Feed | Self::Snapshot => Part::Feed,
            Self::Lists | Self::List(_) => Part::StatusLists,
        }
    }
}

/// Answers a request for a resource of the feed.
pub async fn answer(
    realm: &RealmFeed,
    resource: FeedResource,
    request: RealmRequest,
) -> Response<Body> {
    const METHODS: [&str; 2] = ["GET", "HEAD"];
    let RealmRequest { http, request_id, address, limits, .. } = request;
    let state = realm.state();
    // The body is not read.
    let (head, _) = http.into_parts();
    let mut response = match head.method {
        Method::GET | Method::HEAD => {
            let head_only = head.method == Method::HEAD;
            let found = found(realm, resource, (&head, address), limits.answer_time).await;
            let found = found.unwrap_or_else(|error| error.response(state, &request_id));
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
    let mut accepted = parts(headers, &ACCEPT, b',').filter_map(|it| split(it, b';').next());
    accepted.any(|it| it.eq_ignore_ascii_case(b"text/event-stream"))
}
