//! The three requests to the feed: a snapshot, a stream, a long poll. Owns their addresses, limits
//! and time-outs.

use std::time::Duration;

use http::StatusCode;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use reqwest::{Response, Url};
use serde::Deserialize;
use tokio::time::timeout;

use super::message::{MAX_MESSAGE, MAX_SNAPSHOT};
use super::shared::Shared;
use crate::Unavailable;
use crate::http_client::{read_limited, unavailable};

/// The size limit of the answer to a long poll, in bytes.
const MAX_ANSWER: usize = 2 * MAX_MESSAGE;
/// The time limit for a snapshot.
const SNAPSHOT: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Polled {
    updates: Vec<String>,
}

/// The signed snapshot, not checked yet.
pub(super) async fn snapshot(shared: &Shared) -> Result<String, Unavailable> {
    let mut url = shared.settings.url.clone();
    let path = format!("{}/snapshot", url.path().trim_end_matches('/'));
    url.set_path(&path);
    let all = async {
        let response = ask(shared, url, "application/feed-snapshot+jwt, application/jwt").await?;
        text(read_limited(response, MAX_SNAPSHOT).await?)
    };
    timeout(SNAPSHOT, all).await.map_err(|_| late())?
}

/// A stream of the messages after `sequence`.
pub(super) async fn stream(shared: &Shared, sequence: u64) -> Result<Response, Unavailable> {
    let url = after(shared, sequence);
    let asked = ask(shared, url, "text/event-stream");
    let response = timeout(shared.backoff.silence, asked).await.map_err(|_| late())??;
    let kind = response.headers().get(CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
        Ok(response)
    } else {
        Err(Unavailable::new("the feed does not answer with a stream"))
    }
}

/// The signed messages after `sequence`, not checked yet; waits for one.
pub(super) async fn poll(shared: &Shared, sequence: u64) -> Result<Vec<String>, Unavailable> {
    let mut url = after(shared, sequence);
    let wait = shared.backoff.wait;
    url.query_pairs_mut().append_pair("wait", &wait.as_secs().to_string());
    let all = async {
        let response = ask(shared, url, "application/json").await?;
        let body = read_limited(response, MAX_ANSWER).await?;
        let polled: Polled = serde_json::from_slice(&body)
            .map_err(|_| Unavailable::new("the feed's answer cannot be read"))?;
        Ok(polled.updates)
    };
    timeout(wait + shared.backoff.silence, all).await.map_err(|_| late())?
}

fn after(shared: &Shared, sequence: u64) -> Url {
    let mut url = shared.settings.url.clone();
    url.query_pairs_mut().append_pair("after", &sequence.to_string());
    url
}

async fn ask(shared: &Shared, url: Url, accept: &'static str) -> Result<Response, Unavailable> {
    let request = shared.settings.http.get(url).header(ACCEPT, accept);
    // A stored answer has nothing new, whatever a cache on the way makes of the issuer's `no-store`.
    let request = request.header(CACHE_CONTROL, "no-cache");
    let response = request.send().await.map_err(unavailable)?;
    match response.status() {
        StatusCode::OK => Ok(response),
        status => {
            Err(Unavailable::new(format!("the feed answers with status {}", status.as_u16())))
        }
    }
}

fn text(body: Vec<u8>) -> Result<String, Unavailable> {
    String::from_utf8(body).map_err(|_| Unavailable::new("the feed's answer is no text"))
}

fn late() -> Unavailable {
    Unavailable::new("the feed did not answer in time")
}
