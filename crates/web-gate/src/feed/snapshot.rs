//! The snapshot: all revoked marks and the signing keys at once. A reader needs it at its start, and when it missed more
//! than the feed still has.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};
use base::Timestamp;
use tokio::time::Instant;

use super::error::FeedError;
use super::kept::TakenSnapshot;
use super::log::Since;
use super::publish::NoSigningKeyError;
use super::shared::RealmFeed;

/// The `typ` of a snapshot.
const TYPE: &str = "feed-snapshot+jwt";
/// How long a snapshot is reused at least: a large one takes several hundred milliseconds to make. The feed has all
/// later changes, from the sequence number of the snapshot on.
const MIN_AGE: Duration = Duration::from_secs(5);
/// Making snapshots takes at most one part in this many of the time, since anybody may ask for one.
const SHARE: u32 = 10;
/// The longest time for which it is reused: 1,024 full lists take some seconds to make.
const MAX_AGE: Duration = Duration::from_secs(60);

pub(super) async fn answer(realm: &RealmFeed) -> Result<Response<Body>, FeedError> {
    let mut response = Response::new(Body::from(snapshot(realm).await?));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn snapshot(realm: &RealmFeed) -> Result<Bytes, FeedError> {
    // Snapshots are made one at a time. A request that waited gets the same snapshot.
    let mut cached = realm.feed().snapshot.lock().await;
    let now = realm.app().clock.now();
    if let Some(taken) = &*cached
        && now >= taken.at
        && now < taken.at.plus((taken.took * SHARE).clamp(MIN_AGE, MAX_AGE))
        && taken.keys == *realm.issuer().keys().statement()
        && matches!(realm.feed().log().since(taken.sequence), Since::Messages(..))
    {
        return Ok(taken.text.clone());
    }
    let cloned = realm.clone();
    let made = tokio::task::spawn_blocking(move || make(&cloned, now)).await;
    let taken = made.map_err(|error| FeedError::Failed(error.to_string()))??;
    let text = taken.text.clone();
    *cached = Some(taken);
    Ok(text)
}

fn make(realm: &RealmFeed, now: Timestamp) -> Result<TakenSnapshot, FeedError> {
    let began = Instant::now();
    let failed = |error: &dyn std::fmt::Display| FeedError::Failed(error.to_string());
    let issuer = Arc::clone(realm.issuer());
    // The order matters: the snapshot then has everything up to the sequence number.
    let as_of = realm.app().memory.as_of();
    let sequence = realm.feed().log().position();
    let ring = Arc::clone(&issuer.keys());
    let mut snapshot = issuer.ledger().snapshot(issuer.identifier(), sequence, as_of);
    let keys = Arc::clone(ring.statement());
    snapshot.signing_keys = Some((*keys).clone());
    let payload = serde_json::to_vec(&snapshot).map_err(|error| failed(&error))?;
    let text = ring.sign(issuer.dialect(), (TYPE, &payload), now);
    let text = text.ok_or_else(|| failed(&NoSigningKeyError))?;
    Ok(TakenSnapshot { at: now, took: began.elapsed(), sequence, keys, text: text.into() })
}
