//! Everything that is bad, at once: for who begins, or was away for too long.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};
use base::Timestamp;

use super::error::FeedError;
use super::kept::TakenSnapshot;
use super::shared::RealmFeed;

/// The `typ` of a snapshot.
const TYPE: &str = "feed-snapshot+jwt";
/// How long one is given again: a large one takes a good part of a second to make. What happened since
/// is in the feed, which goes on from its sequence number.
const KEPT: Duration = Duration::from_secs(5);

pub(super) async fn answer(realm: &RealmFeed) -> Result<Response<Body>, FeedError> {
    let mut response = Response::new(Body::from(snapshot(realm).await?));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn snapshot(realm: &RealmFeed) -> Result<Bytes, FeedError> {
    // One is made at a time, and whoever waited for it is given the same.
    let mut kept = realm.feed().snapshot.lock().await;
    let now = realm.app().clock.now();
    if let Some(taken) = &*kept
        && now >= taken.at
        && now < taken.at.plus(KEPT)
    {
        return Ok(taken.text.clone());
    }
    let of = realm.clone();
    let made = tokio::task::spawn_blocking(move || make(&of, now)).await;
    let text = made.map_err(|error| FeedError::Failed(error.to_string()))??;
    *kept = Some(TakenSnapshot { at: now, text: text.clone() });
    Ok(text)
}

fn make(realm: &RealmFeed, now: Timestamp) -> Result<Bytes, FeedError> {
    let failed = |error: &dyn std::fmt::Display| FeedError::Failed(error.to_string());
    let issuer = Arc::clone(realm.issuer());
    // In this order: nothing up to the sequence number is missing then.
    let as_of = realm.app().memory.as_of();
    let sequence = realm.feed().log().position();
    let snapshot = issuer.ledger().snapshot(issuer.identifier(), sequence, as_of);
    let payload = serde_json::to_vec(&snapshot).map_err(|error| failed(&error))?;
    let text = issuer.sign(TYPE, &payload, now).map_err(|denial| failed(&denial))?;
    Ok(text.into())
}
