//! Status lists (Token Status List §5, §8): a bit a grant and credential, set when it or anything
//! above it is bad; and beside them what no bit can tell, single tokens that were revoked.
//!
//! They are for who does not follow the feed, and are made when somebody asks: at most as often as
//! costs a tenth of a core, and signed anew at half of their time to live.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use base::Timestamp;
use base::digest::sha256;
use base::encoding::base64url;
use status::{INDEXES_PER_LIST, LIST_TYPE, ListClaims, Marks, StatusList};
use tokio::time::Instant;

use super::error::FeedError;
use super::kept::{Beside, MadeLists, Signed, Walked};
use super::shared::RealmFeed;

/// How long a copy may be kept before it is fetched again (§5.1), in seconds.
const TTL: u64 = 15;
/// How long it may be used at all, where it cannot be fetched again.
const GOOD_FOR: Duration = Duration::from_secs(90);
/// How long one is given before it is signed anew.
const SIGNED_FOR: Duration = Duration::from_millis(TTL * 1_000 / 2);
/// A walk over all grants and credentials takes at most one part in so many of the time.
const SHARE: u32 = 10;

/// All lists (§9.1).
pub(super) fn index(realm: &RealmFeed) -> Response<Body> {
    let prefix = realm.issuer().status_lists();
    let lists: Vec<String> = (0..count(realm)).map(|number| format!("{prefix}{number}")).collect();
    let body = serde_json::json!({ "status_lists": lists }).to_string();
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    response
}

/// How many lists there are; at least one.
fn count(realm: &RealmFeed) -> u32 {
    realm.issuer().ledger().status_indexes().div_ceil(INDEXES_PER_LIST).max(1)
}

pub(super) async fn answer(
    realm: &RealmFeed,
    number: u32,
    headers: &HeaderMap,
) -> Result<Response<Body>, FeedError> {
    if number >= count(realm) {
        return Err(FeedError::Nothing);
    }
    let Signed { at, text, tag } = signed(realm, number).await?;
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|it| it.to_str().ok());
    let known = known.flat_map(|it| it.split(',')).map(str::trim);
    let same = known.map(|it| it.trim_start_matches("W/")).any(|it| it == "*" || it == tag);
    let mut response = Response::new(if same { Body::empty() } else { Body::from(text) });
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    // So that no copy on the way lives on past the time to live.
    let age = SIGNED_FOR.saturating_sub(at.elapsed()).as_secs();
    let control = HeaderValue::try_from(format!("public, max-age={age}"));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/statuslist+jwt"));
    headers.insert(ETAG, tag);
    headers.extend(control.ok().map(|control| (CACHE_CONTROL, control)));
    Ok(response)
}

async fn signed(realm: &RealmFeed, number: u32) -> Result<Signed, FeedError> {
    // One at a time: whoever waited is given what the first has made.
    let mut made = realm.feed().lists.lock().await;
    let changes = realm.issuer().ledger().changes();
    let is_behind = made.walked.as_ref().is_none_or(|walked| {
        walked.changes != changes && walked.began.elapsed() >= walked.took * SHARE
    });
    if is_behind {
        match walk(realm, changes).await {
            Ok(walked) => *made = MadeLists { walked: Some(walked), ..MadeLists::default() },
            Err(error) if made.walked.is_none() => {
                return Err(FeedError::Failed(error.to_string()));
            }
            // Older ones are good until they say that they are not.
            Err(error) => tracing::warn!(%error, "the status lists could not be made anew"),
        }
    }
    if let Some(signed) = made.signed.get(&number).filter(|it| it.at.elapsed() < SIGNED_FOR) {
        return Ok(signed.clone());
    }
    let Some(walked) = &made.walked else { return Err(FeedError::NotYet) };
    // While nothing became another, they are as true as the memory is; that is asked first, so that
    // what becomes another meanwhile is not taken for told.
    let as_of = realm.app().memory.as_of();
    let changes = realm.issuer().ledger().changes();
    let as_of = if walked.changes == changes { as_of } else { walked.as_of };
    let (bits, of) = (Arc::clone(&walked.bits), realm.clone());
    let known = made.beside.take();
    let known = known.filter(|it| it.changes == changes || it.at.elapsed() < it.took * SHARE);
    let done = tokio::task::spawn_blocking(move || {
        let beside = known.unwrap_or_else(|| beside(&of, changes));
        let signed = sign(&of, number, (&bits, beside.marks.as_deref()), as_of);
        (beside, signed)
    });
    let (beside, signed) = done.await.map_err(|error| FeedError::Failed(error.to_string()))?;
    made.beside = Some(beside);
    let signed = signed?;
    made.signed.insert(number, signed.clone());
    Ok(signed)
}

/// Never older than the walk: whoever goes by a list hears of a revoked token no later than of a
/// revoked grant.
fn beside(realm: &RealmFeed, changes: u64) -> Beside {
    let at = Instant::now();
    let marks = ListClaims::beside(&realm.issuer().ledger().bad()).map(Arc::from);
    Beside { changes, at, took: at.elapsed(), marks }
}

async fn walk(realm: &RealmFeed, changes: u64) -> Result<Walked, store::StoreError> {
    let (began, issuer) = (Instant::now(), realm.issuer());
    let as_of = realm.app().memory.as_of();
    let bad = issuer.ledger().bad();
    let memory = Arc::clone(&realm.app().memory);
    let bits = if memory.is_filled() {
        let realm = issuer.realm().clone();
        let walk = move || engine::marks::effective_in_memory(&memory, &realm, &bad);
        let walked = tokio::task::spawn_blocking(walk).await;
        walked.map_err(|error| store::StoreError::Failed(error.to_string()))?
    } else {
        engine::marks::effective(&*memory, issuer.realm(), &bad).await?
    };
    Ok(Walked { changes, as_of, began, took: began.elapsed(), bits: Arc::new(bits) })
}

fn sign(
    realm: &RealmFeed,
    number: u32,
    (bits, beside): (&Marks, Option<&str>),
    as_of: Timestamp,
) -> Result<Signed, FeedError> {
    let failed = |error: &dyn std::fmt::Display| FeedError::Failed(error.to_string());
    let issuer = realm.issuer();
    let mut status_list = StatusList::of(&bits.list(number));
    let lists = issuer.status_lists();
    status_list.aggregation_uri = Some(lists.trim_end_matches('/').to_owned());
    let claims = ListClaims {
        iss: Some(issuer.identifier().to_owned()),
        sub: format!("{lists}{number}"),
        iat: as_of.seconds(),
        exp: Some(as_of.plus(GOOD_FOR).seconds()),
        ttl: Some(TTL),
        status_list,
        bad_marks: beside.map(str::to_owned),
    };
    let payload = serde_json::to_vec(&claims).map_err(|error| failed(&error))?;
    let signed = issuer.sign(LIST_TYPE, &payload, realm.app().clock.now());
    let text = signed.map_err(|denial| failed(&denial))?;
    let tag = format!("\"{}\"", base64url(sha256(text.as_bytes())));
    let tag = HeaderValue::try_from(tag).map_err(|error| failed(&error))?;
    Ok(Signed { at: Instant::now(), text: text.into(), tag })
}
