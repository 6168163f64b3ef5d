//! The feed as server-sent events (HTML Living Standard §9.2).
//!
//! A reader holds nothing but a number: what they have not taken yet is in the log, and whoever is
//! slower than that is cut off and comes back by `Last-Event-ID`.

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

/// After so long without a word a comment is sent: for proxies on the way that would take the
/// connection for dead.
const QUIET: Duration = Duration::from_secs(10);
/// The most messages that are handed over at once, some hundreds of kilobytes: whoever asks for much
/// and reads none of it costs no more.
const AT_ONCE: usize = 16;
/// How long whoever has more than this node is waited with.
pub(super) const AHEAD: Duration = Duration::from_secs(10);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What the reader says they have, where they come back.
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
            news: feed.news.subscribe(),
            ending: feed.ending.subscribe(),
            stage: Stage::Entering { after, since: Instant::now() },
            heard: 0,
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
    // nginx would keep events back to fill a buffer.
    headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

struct Reading {
    realm: RealmFeed,
    _reader: Reader,
    news: watch::Receiver<u64>,
    ending: watch::Receiver<bool>,
    stage: Stage,
    /// The last publication that was looked at.
    heard: u64,
}

enum Stage {
    /// Has everything up to `after`; `None`: wants what comes from now on.
    Entering { after: Option<u64>, since: Instant },
    /// Has every message before this number.
    Following(u64),
    /// Has heard that a snapshot is wanted.
    Over,
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
            let news = self.news.wait_for(|news| *news != self.heard);
            tokio::select! {
                waited = timeout(QUIET, news) => match waited {
                    Ok(Ok(_)) => {}
                    Ok(Err(_)) => return None,
                    Err(_) => return Some(Bytes::from_static(b":\n\n")),
                },
                _ = self.ending.wait_for(|ending| *ending) => return None,
            }
        }
    }

    /// What there is to send now; the outer `None`: nothing any more.
    fn step(&mut self) -> Option<Option<Bytes>> {
        let heard = *self.news.borrow_and_update();
        let is_news = std::mem::replace(&mut self.heard, heard) != heard;
        let feed = self.realm.feed();
        let log = feed.log();
        let (mut messages, mut next, greets) = match self.stage {
            Stage::Over => return None,
            Stage::Following(next) => {
                // Slower than what is kept.
                let (messages, next) = log.from(next)?;
                (messages, next, false)
            }
            Stage::Entering { after, since } => {
                match log.since(after.unwrap_or_else(|| log.position())) {
                    Since::Messages(messages, next) => (messages, next, true),
                    Since::Ahead if since.elapsed() < AHEAD => return Some(None),
                    Since::Ahead | Since::TooLongAgo => {
                        drop(log);
                        let reset = feed.reset(self.realm.state()).ok()?;
                        self.stage = Stage::Over;
                        return Some(Some(frame(std::slice::from_ref(&reset))));
                    }
                }
            }
        };
        let newest = log.newest().filter(|_| messages.is_empty() && (is_news || greets)).cloned();
        drop(log);
        next -= messages.len().saturating_sub(AT_ONCE) as u64;
        messages.truncate(AT_ONCE);
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
