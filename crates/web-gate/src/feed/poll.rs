//! The feed by polling, for readers without event streams. Each request names the sequence number that the reader has.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};
use tokio::time::{Instant, timeout_at};

use super::error::FeedError;
use super::log::{Message, Since};
use super::shared::{Reader, RealmFeed};
use super::stream::AHEAD_WAIT;

/// The longest wait that a reader may ask for, in seconds.
const MAX_WAIT_SECONDS: u64 = 30;
/// About the most messages of one answer, some megabytes. The reader gets the others by its next request, without
/// waiting.
const MAX_MESSAGES: usize = 64;
/// The time that is left to answer when the wait ends.
const MARGIN: Duration = Duration::from_secs(2);

/// The query parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// The sequence number up to which the reader has all changes.
    pub(super) after: Option<u64>,
    /// How long to wait for a message.
    pub(super) wait: Duration,
}

impl Query {
    pub(super) fn read(text: &str) -> Result<Self, FeedError> {
        let mut query = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            // `u64` would parse a sign.
            let number = Some(&*value).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
            let number = number.and_then(|it| it.parse::<u64>().ok());
            match &*name {
                "after" => {
                    let malformed = FeedError::Malformed("after must be a sequence number.");
                    query.after = Some(number.ok_or(malformed)?);
                }
                "wait" => {
                    let number = number.filter(|seconds| *seconds <= MAX_WAIT_SECONDS);
                    let malformed = FeedError::Malformed("wait must be 0 to 30 seconds.");
                    query.wait = Duration::from_secs(number.ok_or(malformed)?);
                }
                _ => {}
            }
        }
        Ok(query)
    }
}

pub(super) async fn answer(
    (realm, from): (&RealmFeed, IpAddr),
    (query, answer_time): (&Query, Duration),
    head_only: bool,
) -> Result<Response<Body>, FeedError> {
    let feed = realm.feed();
    if feed.is_closed() {
        return Err(FeedError::NotYet);
    }
    let _reader = Reader::admit(feed, from).ok_or(FeedError::Full)?;
    let messages = if head_only { Vec::new() } else { updates(realm, query, answer_time).await? };
    let texts: Vec<&str> = messages.iter().map(|it| &*it.text).collect();
    let body = serde_json::json!({ "updates": texts }).to_string();
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The messages that the reader misses. Without any, those that are published before the wait ends, or the newest
/// heartbeat.
async fn updates(
    realm: &RealmFeed,
    query: &Query,
    answer_time: Duration,
) -> Result<Vec<Message>, FeedError> {
    let feed = Arc::clone(realm.feed());
    let longest = answer_time.saturating_sub(MARGIN);
    let wait = query.wait.min(longest);
    let until = Instant::now() + wait;
    let (mut publications, mut ending) = (feed.publications.subscribe(), feed.ending.subscribe());
    loop {
        publications.borrow_and_update();
        let (since, newest) = {
            let log = feed.log();
            let after = query.after.unwrap_or_else(|| log.position());
            (log.since(after), log.newest().cloned())
        };
        let is_over = Instant::now() >= until || feed.is_closed();
        match since {
            Since::Messages(messages, _) if !messages.is_empty() => {
                return Ok(limit_messages(messages));
            }
            Since::Messages(..) if is_over => return Ok(Vec::from_iter(newest)),
            // A reader ahead of a node that is up to date has its number from another life of the database.
            Since::Ahead if is_over && wait < AHEAD_WAIT.min(longest) => return Ok(Vec::new()),
            Since::TooLongAgo => return reset(realm),
            Since::Ahead if is_over => return reset(realm),
            Since::Messages(..) | Since::Ahead => {}
        }
        tokio::select! {
            _ = timeout_at(until, publications.changed()) => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
    }
}

/// Cuts a long answer at the end of a publication: only its last message has a new sequence number.
fn limit_messages(mut messages: Vec<Message>) -> Vec<Message> {
    let ends_publication = |(_, it): &(usize, &Message)| it.sequence == it.reaches;
    if let Some((last, _)) =
        messages.iter().enumerate().skip(MAX_MESSAGES - 1).find(ends_publication)
    {
        messages.truncate(last + 1);
    }
    messages
}

fn reset(realm: &RealmFeed) -> Result<Vec<Message>, FeedError> {
    let reset = realm.feed().reset(realm.state());
    reset.map(|reset| vec![reset]).map_err(|error| FeedError::Failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_cut_where_a_publication_ends() {
        let message = |reaches, sequence| Message { reaches, sequence, marks: 1, text: "".into() };
        let parts = |of: u64| (0..3).map(move |at| message(of, if at == 2 { of } else { of - 1 }));
        let messages: Vec<_> = (1..100).flat_map(parts).collect();
        let cut = limit_messages(messages.clone());
        assert_eq!((cut.len(), cut.last().map(|it| it.sequence)), (66, Some(22)));
        assert_eq!(limit_messages(cut.clone()).len(), 66);
        let (few, one) = (&messages[..5], vec![message(9, 8); 200]);
        assert_eq!(limit_messages(few.to_vec()).len(), 5);
        assert_eq!(limit_messages(one).len(), 200, "what has no end yet is not cut");
    }

    #[test]
    fn a_query_is_read_or_refused() {
        let read = |text| Query::read(text).map_err(|_| ());
        let query = |after, wait| Ok(Query { after, wait: Duration::from_secs(wait) });
        assert_eq!(read(""), query(None, 0));
        assert_eq!(read("after=7&wait=30&other=x"), query(Some(7), 30));
        for malformed in ["after=", "after=-1", "after=%2B1", "after=x", "wait=31", "wait=1.5"] {
            assert_eq!(read(malformed), Err(()), "{malformed}");
        }
        assert_eq!(read("after=18446744073709551616"), Err(()));
    }
}
