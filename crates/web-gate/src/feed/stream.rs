//! The feed as server-sent events (HTML Living Standard §9.2).
//!
//! A reader is only a number in memory: the messages that it has not received yet are in the log. A reader that is
//! slower than the log keeps messages is disconnected, and comes back with `Last-Event-ID`.

use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response};
use futures_util::stream;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::error::FeedError;
use super::log::{Message, Since};
use super::shared::{Reader, RealmFeed};

/// After this time without a message a comment is sent, so that a proxy does not close the connection as idle.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(10);
/// The most messages in one piece, some hundreds of kilobytes. A reader that does not read takes no more memory.
const MAX_MESSAGES: usize = 16;
/// How long a reader that is ahead of this node waits for it.
pub(super) const AHEAD_WAIT: Duration = Duration::from_secs(10);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The sequence number in `Last-Event-ID`; `None` where a reader connects for the first time.
pub(super) fn last_event(headers: &HeaderMap) -> Result<Option<u64>, FeedError> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    number.map(Some).ok_or(FeedError::Malformed("Last-Event-ID must be a sequence number."))
}

pub(super) fn answer(
    (realm, from): (&RealmFeed, IpAddr),
    after: Option<u64>,
    head_only: bool,
) -> Result<Response<Body>, FeedError> {
    let feed = realm.feed();
    if feed.is_closed() {
        return Err(FeedError::NotYet);
    }
    let reader = Reader::admit(feed, from).ok_or(FeedError::Full)?;
    let body = if head_only {
        Body::empty()
    } else {
        let reading = Reading {
            publications: feed.publications.subscribe(),
            ending: feed.ending.subscribe(),
            stage: Stage::Entering { after, since: Instant::now() },
            read_up_to: 0,
            realm: realm.clone(),
            _reader: reader,
        };
        Body::from_stream(stream::unfold(reading, |mut reading| async {
            let bytes = reading.next().await?;
            Some((Ok::<_, Infallible>(bytes), reading))
        }))
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would buffer the events.
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

struct Reading {
    realm: RealmFeed,
    _reader: Reader,
    publications: watch::Receiver<u64>,
    ending: watch::Receiver<bool>,
    stage: Stage,
    /// The last publication that was read.
    read_up_to: u64,
}

enum Stage {
    /// Has all changes up to `after`; `None` asks for those from now on.
    Entering { after: Option<u64>, since: Instant },
    /// Has every message before this message number.
    Following(u64),
    /// Was sent the message to fetch a snapshot; the stream ends.
    Ended,
}

impl Reading {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if *self.ending.borrow() {
                return None;
            }
            if let Some(bytes) = self.step()? {
                return Some(bytes);
            }
            let publications =
                self.publications.wait_for(|publications| *publications != self.read_up_to);
            tokio::select! {
                waited = timeout(KEEP_ALIVE_AFTER, publications) => match waited {
                    Ok(Ok(_)) => {}
                    Ok(Err(_)) => return None,
                    Err(_) => return Some(Bytes::from_static(b":\n\n")),
                },
                _ = self.ending.wait_for(|ending| *ending) => return None,
            }
        }
    }

    /// What to send now. The outer `None` ends the stream.
    fn step(&mut self) -> Option<Option<Bytes>> {
        let read_up_to = *self.publications.borrow_and_update();
        let is_new = std::mem::replace(&mut self.read_up_to, read_up_to) != read_up_to;
        let feed = self.realm.feed();
        let log = feed.log();
        let (mut messages, mut next, is_first) = match self.stage {
            Stage::Ended => return None,
            Stage::Following(next) => {
                // The reader is slower than the log keeps messages.
                let (messages, next) = log.from(next)?;
                (messages, next, false)
            }
            Stage::Entering { after, since } => {
                match log.since(after.unwrap_or_else(|| log.position())) {
                    Since::Messages(messages, next) => (messages, next, true),
                    Since::Ahead if since.elapsed() < AHEAD_WAIT => return Some(None),
                    Since::Ahead | Since::TooLongAgo => {
                        drop(log);
                        let reset = feed.reset(self.realm.state()).ok()?;
                        self.stage = Stage::Ended;
                        return Some(Some(frame(std::slice::from_ref(&reset))));
                    }
                }
            }
        };
        let newest = log.newest().filter(|_| messages.is_empty() && (is_new || is_first)).cloned();
        drop(log);
        next -= messages.len().saturating_sub(MAX_MESSAGES) as u64;
        messages.truncate(MAX_MESSAGES);
        self.stage = Stage::Following(next);
        let messages = if messages.is_empty() { Vec::from_iter(newest) } else { messages };
        Some((!messages.is_empty()).then(|| frame(&messages)))
    }
}

fn frame(messages: &[Message]) -> Bytes {
    let mut text = String::new();
    for message in messages {
        text.push_str("id: ");
        text.push_str(&message.sequence.to_string());
        text.push_str("\ndata: ");
        text.push_str(&message.text);
        text.push_str("\n\n");
    }
    text.into()
}
