//! A refusal that the proxy fetches by a second request.
//!
//! nginx's `auth_request` takes 401 and 403 only, and drops the body. So the answer to the question carries the whole
//! refusal in `X-Postern-Refusal`, and the proxy sends that header back with `answer=refusal`. The refusal is decided,
//! counted and recorded once, under one request id.
//!
//! Invariant: what [`open`] returns was written by [`attach`] for this realm, by this node or another: an HMAC under a
//! key of the realm says so. The caller never sees the header.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use base::encoding::{base64url, parse_base64url};
use base::{Digest, Secret};
use serde::{Deserialize, Serialize};
use web_base::RealmState;

static REFUSAL: HeaderName = HeaderName::from_static("x-postern-refusal");

/// The most bytes of a refusal. With base64 it fits the 4 KiB that nginx has for the headers of an answer.
const LONGEST: usize = 2_000;

/// The type of a secret: the message under the HMAC.
enum Refusal {}

/// A refusal as it goes to the proxy and back.
#[derive(Debug, Deserialize, Serialize)]
struct Whole {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Adds the header to a refusal. A refusal that is too long gets none: then the proxy's second request decides again.
pub(super) fn attach(state: &RealmState, refusal: &mut Response<Vec<u8>>) {
    let texts = refusal
        .headers()
        .iter()
        .map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    let (Some(headers), Ok(body)) = (texts.collect(), std::str::from_utf8(refusal.body())) else {
        return;
    };
    let whole = Whole { status: refusal.status().as_u16(), headers, body: body.to_owned() };
    let Ok(bytes) = serde_json::to_vec(&whole) else { return };
    if bytes.len() > LONGEST {
        return;
    }
    let text = base64url(&bytes);
    let mac = state.issuer().forms().mac(message(&text).expose().as_bytes());
    if let Ok(value) = HeaderValue::try_from(format!("{text}.{}", base64url(mac))) {
        refusal.headers_mut().insert(&REFUSAL, value);
    }
}

/// The refusal that a request of the proxy carries; `None` where it carries none that is ours.
pub(super) fn open(state: &RealmState, headers: &HeaderMap) -> Option<Response<Body>> {
    let (text, mac) = headers.get(&REFUSAL)?.to_str().ok()?.split_once('.')?;
    let mac: [u8; 32] = parse_base64url(mac.as_bytes())?.try_into().ok()?;
    if !state.issuer().forms().matches(&message(text), &Digest::from_bytes(mac)) {
        return None;
    }
    let whole: Whole = serde_json::from_slice(&parse_base64url(text.as_bytes())?).ok()?;
    let mut response = Response::new(Body::from(whole.body));
    *response.status_mut() = StatusCode::from_u16(whole.status).ok()?;
    for (name, value) in whole.headers {
        let name = HeaderName::try_from(name).ok()?;
        response.headers_mut().append(name, HeaderValue::try_from(value).ok()?);
    }
    Some(response)
}

fn message(text: &str) -> Secret<Refusal> {
    Secret::new(format!("gate refusal\0{text}"))
}
