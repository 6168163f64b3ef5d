//! The feed for who cannot read a stream: asked again and again, each time with what one has.

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
use super::stream::AHEAD;

/// The longest wait, in seconds.
const LONGEST: u64 = 30;
/// About so many messages are the most of an answer, some megabytes: the rest is there at once when
/// the reader asks with what they have then.
const AT_ONCE: usize = 64;
/// What is left of the time for an answer once the wait is over.
const MARGIN: Duration = Duration::from_secs(2);

/// What the query says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// What the reader has.
    pub(super) after: Option<u64>,
    /// How long to wait for more.
    pub(super) wait: Duration,
}

impl Query {
    pub(super) fn read(text: &str) -> Result<Self, FeedError> {
        let mut query = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            // `u64` would take a sign.
            let number = Some(&*value).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
            let number = number.and_then(|it| it.parse::<u64>().ok());
            match &*name {
                "after" => {
                    let wrong = FeedError::Malformed("after must be a sequence number.");
                    query.after = Some(number.ok_or(wrong)?);
                }
                "wait" => {
                    let number = number.filter(|seconds| *seconds <= LONGEST);
                    let wrong = FeedError::Malformed("wait must be 0 to 30 seconds.");
                    query.wait = Duration::from_secs(number.ok_or(wrong)?);
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

/// What there is, or what comes before the wait is over, or the newest heartbeat.
async fn updates(
    realm: &RealmFeed,
    query: &Query,
    answer_time: Duration,
) -> Result<Vec<Message>, FeedError> {
    let feed = Arc::clone(realm.feed());
    let longest = answer_time.saturating_sub(MARGIN);
    let wait = query.wait.min(longest);
    let until = Instant::now() + wait;
    let (mut news, mut ending) = (feed.news.subscribe(), feed.ending.subscribe());
    loop {
        news.borrow_and_update();
        let (since, newest) = {
            let log = feed.log();
            let after = query.after.unwrap_or_else(|| log.position());
            (log.since(after), log.newest().cloned())
        };
        let over = Instant::now() >= until || feed.is_closed();
        match since {
            Since::Messages(messages, _) if !messages.is_empty() => return Ok(first(messages)),
            Since::Messages(..) if over => return Ok(Vec::from_iter(newest)),
            // Whoever has more than this node, which is not behind, has it from another life of it.
            Since::Ahead if over && wait < AHEAD.min(longest) => return Ok(Vec::new()),
            Since::TooLongAgo => return reset(realm),
            Since::Ahead if over => return reset(realm),
            Since::Messages(..) | Since::Ahead => {}
        }
        tokio::select! {
            _ = timeout_at(until, news.changed()) => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
    }
}

/// Not all of very many: to the end of a publication, since only that brings the reader on.
fn first(mut messages: Vec<Message>) -> Vec<Message> {
    let brings_on = |(_, it): &(usize, &Message)| it.sequence == it.reaches;
    if let Some((last, _)) = messages.iter().enumerate().skip(AT_ONCE - 1).find(brings_on) {
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
        let cut = first(messages.clone());
        assert_eq!((cut.len(), cut.last().map(|it| it.sequence)), (66, Some(22)));
        assert_eq!(first(cut.clone()).len(), 66);
        let (few, one) = (&messages[..5], vec![message(9, 8); 200]);
        assert_eq!(first(few.to_vec()).len(), 5);
        assert_eq!(first(one).len(), 200, "what has no end yet is not cut");
    }

    #[test]
    fn a_query_is_read_or_refused() {
        let read = |text| Query::read(text).map_err(|_| ());
        let query = |after, wait| Ok(Query { after, wait: Duration::from_secs(wait) });
        assert_eq!(read(""), query(None, 0));
        assert_eq!(read("after=7&wait=30&other=x"), query(Some(7), 30));
        for wrong in ["after=", "after=-1", "after=%2B1", "after=x", "wait=31", "wait=1.5"] {
            assert_eq!(read(wrong), Err(()), "{wrong}");
        }
        assert_eq!(read("after=18446744073709551616"), Err(()));
    }
}
