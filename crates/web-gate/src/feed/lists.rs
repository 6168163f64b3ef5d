//! Status lists (Token Status List §5, §8). Each grant and each credential has a bit. The bit is set when the grant or
//! credential, or anything that it depends on, is not active. Single revoked tokens have no bit: their marks are in a
//! claim beside the bits.
//!
//! The lists are for services that do not follow the feed. They are made on request. Computing them takes at most a
//! tenth of a core. A list is signed again after half of its time to live.

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
use web_base::LogLimiter;
use web_base::headers::parts;

use super::error::FeedError;
use super::kept::{ListBits, MadeLists, Signed, TokenMarks};
use super::publish::NoSigningKeyError;
use super::shared::RealmFeed;

/// How long a copy may be kept before it is fetched again (§5.1), in seconds.
const TTL: u64 = 15;
/// How long a copy may be used when it cannot be fetched again.
const LIFETIME: Duration = Duration::from_secs(90);
/// How long a signed list is reused.
const REUSED_FOR: Duration = Duration::from_millis(TTL * 1_000 / 2);
/// Reading all grants and credentials takes at most one part in this many of the time.
const SHARE: u32 = 10;

static FAILED: LogLimiter = LogLimiter::new(10, Duration::from_secs(60));

/// The index of all lists (Token Status List §9.1).
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

/// The number of lists, at least one.
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
    let Signed { at, text, tag, .. } = signed(realm, number).await?;
    let known = parts(headers, &IF_NONE_MATCH, b',');
    let mut known = known.map(|it| it.strip_prefix(b"W/").unwrap_or(it));
    let same = known.any(|it| it == b"*" || it == tag.as_bytes());
    let mut response = Response::new(if same { Body::empty() } else { Body::from(text) });
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    // A cached copy must not outlive the time to live.
    let age = REUSED_FOR.saturating_sub(at.elapsed()).as_secs();
    let control = HeaderValue::try_from(format!("public, max-age={age}"));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/statuslist+jwt"));
    headers.insert(ETAG, tag);
    headers.extend(control.ok().map(|control| (CACHE_CONTROL, control)));
    Ok(response)
}

async fn signed(realm: &RealmFeed, number: u32) -> Result<Signed, FeedError> {
    // Lists are made one at a time. A request that waited gets the list that the one before made.
    let mut made = realm.feed().lists.lock().await;
    let changes = realm.issuer().ledger().changes();
    let is_behind = made
        .bits
        .as_ref()
        .is_none_or(|bits| bits.changes != changes && bits.began.elapsed() >= bits.took * SHARE);
    if is_behind {
        match compute_bits(realm, changes).await {
            Ok(bits) => *made = MadeLists { bits: Some(bits), ..MadeLists::default() },
            Err(error) if made.bits.is_none() => {
                return Err(FeedError::Failed(error.to_string()));
            }
            // The older lists are valid until they expire.
            Err(error) => FAILED.line(realm.app().clock.now(), |left_out| {
                tracing::warn!(%error, left_out, "the status lists could not be made anew");
            }),
        }
    }
    let is_usable = |it: &&Signed| {
        it.at.elapsed() < REUSED_FOR && it.keys == *realm.issuer().keys().statement()
    };
    if let Some(signed) = made.signed.get(&number).filter(is_usable) {
        return Ok(signed.clone());
    }
    let Some(list_bits) = &made.bits else { return Err(FeedError::NotYet) };
    // While nothing changes, the bits are as new as the memory. `as_of` is read before `changes`: a change between
    // the two makes the list look older, never newer.
    let as_of = realm.app().memory.as_of();
    let changes = realm.issuer().ledger().changes();
    let as_of = if list_bits.changes == changes { as_of } else { list_bits.as_of };
    let (bits, cloned) = (Arc::clone(&list_bits.bits), realm.clone());
    let known = made.token_marks.take();
    let known = known.filter(|it| it.changes == changes || it.at.elapsed() < it.took * SHARE);
    let done = tokio::task::spawn_blocking(move || {
        let token_marks = known.unwrap_or_else(|| token_marks(&cloned, changes));
        let signed = sign(&cloned, number, (&bits, token_marks.marks.as_deref()), as_of);
        (token_marks, signed)
    });
    let (token_marks, signed) = done.await.map_err(|error| FeedError::Failed(error.to_string()))?;
    made.token_marks = Some(token_marks);
    let signed = signed?;
    made.signed.insert(number, signed.clone());
    Ok(signed)
}

/// The marks of single revoked tokens. They are never older than the bits: a list shows a revoked token no later than
/// a revoked grant.
fn token_marks(realm: &RealmFeed, changes: u64) -> TokenMarks {
    let at = Instant::now();
    let marks = ListClaims::beside(&realm.issuer().ledger().revoked()).map(Arc::from);
    TokenMarks { changes, at, took: at.elapsed(), marks }
}

/// Computes the bits of all lists from all grants and credentials.
async fn compute_bits(realm: &RealmFeed, changes: u64) -> Result<ListBits, store::StoreError> {
    let (began, issuer) = (Instant::now(), realm.issuer());
    let as_of = realm.app().memory.as_of();
    let revoked = issuer.ledger().revoked();
    let memory = Arc::clone(&realm.app().memory);
    let bits = if memory.is_filled() {
        let realm = issuer.realm().clone();
        let compute = move || engine::marks::effective_in_memory(&memory, &realm, &revoked);
        let computed = tokio::task::spawn_blocking(compute).await;
        computed.map_err(|error| store::StoreError::Failed(error.to_string()))?
    } else {
        engine::marks::effective(&*memory, issuer.realm(), &revoked).await?
    };
    Ok(ListBits { changes, as_of, began, took: began.elapsed(), bits: Arc::new(bits) })
}

/// Makes and signs one list.
fn sign(
    realm: &RealmFeed,
    number: u32,
    (bits, token_marks): (&Marks, Option<&str>),
    as_of: Timestamp,
) -> Result<Signed, FeedError> {
    let failed = |error: &dyn std::fmt::Display| FeedError::Failed(error.to_string());
    let issuer = realm.issuer();
    let keys = Arc::clone(&issuer.keys());
    let mut status_list = StatusList::of(&bits.list(number));
    let lists = issuer.status_lists();
    status_list.aggregation_uri = Some(lists.trim_end_matches('/').to_owned());
    let claims = ListClaims {
        iss: Some(issuer.identifier().to_owned()),
        sub: format!("{lists}{number}"),
        iat: as_of.seconds(),
        exp: Some(as_of.plus(LIFETIME).seconds()),
        ttl: Some(TTL),
        status_list,
        bad_marks: token_marks.map(str::to_owned),
        signing_keys: Some((**keys.statement()).clone()),
    };
    let payload = serde_json::to_vec(&claims).map_err(|error| failed(&error))?;
    let now = realm.app().clock.now();
    let signed = keys.sign(issuer.dialect(), (LIST_TYPE, &payload), now);
    let text = signed.ok_or_else(|| failed(&NoSigningKeyError))?;
    let tag = format!("\"{}\"", base64url(sha256(text.as_bytes())));
    let tag = HeaderValue::try_from(tag).map_err(|error| failed(&error))?;
    let keys = Arc::clone(keys.statement());
    Ok(Signed { at: Instant::now(), keys, text: text.into(), tag })
}
