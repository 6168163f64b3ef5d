//! The handlers: bytes in, bytes out, and only the unavoidable work in between.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base::encoding::parse_base64;
use base::{Clock as _, SystemClock};

use super::digest::sha256;
use super::reader;
use super::state::Probe;
use super::writer::Row;

type Shared = State<Arc<Probe>>;

/// RFC 6749 §4.4: Basic client authentication, a form, one durable row, an ES256 token.
pub(super) async fn client_credentials(
    State(probe): Shared,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(client) = authenticate(&probe, &headers) else { return refuse() };
    let mut form = form_urlencoded::parse(&body);
    if !form.any(|(name, value)| name == "grant_type" && value == "client_credentials") {
        return refuse();
    }
    let at = SystemClock.now().seconds();
    let committed = probe.writer.write(Row::Spent { client: client.clone(), at });
    let token = probe.jwt.access(&client);
    if committed.await != Ok(true) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    json(format!(
        r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":3600,"scope":"contacts.read contacts.write"}}"#
    ))
}

/// RFC 7662 for an opaque token: one read by key, one digest compared.
pub(super) async fn introspect_opaque(body: Bytes) -> Response {
    let mut form = form_urlencoded::parse(&body);
    let Some((_, token)) = form.find(|(name, _)| name == "token") else { return refuse() };
    match stored(&token) {
        Some((_, row)) if row.expires > SystemClock.now().seconds() => json(format!(
            r#"{{"active":true,"scope":"{}","client_id":"{}","token_type":"Bearer","exp":{},"sub":"{}"}}"#,
            row.scope, row.client, row.expires, row.client
        )),
        _ => json(r#"{"active":false}"#.to_owned()),
    }
}

/// RFC 7662 for one of our JWTs. Its signature is checked each time.
pub(super) async fn introspect_jwt(State(probe): Shared, body: Bytes) -> Response {
    let mut form = form_urlencoded::parse(&body);
    let Some((_, token)) = form.find(|(name, _)| name == "token") else { return refuse() };
    let mut buffer = Vec::new();
    match probe.jwt.check(&token, &mut buffer) {
        Some(claims) => json(format!(
            r#"{{"active":true,"scope":"{}","client_id":"{}","token_type":"Bearer","iat":{},"exp":{},"sub":"{}"}}"#,
            claims.scope, claims.sub, claims.iat, claims.exp, claims.sub
        )),
        None => json(r#"{"active":false}"#.to_owned()),
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refresh<'a> {
    client_id: &'a str,
    refresh_token: &'a str,
}

/// A reusable refresh token in JSON is exchanged for an HS256 token; nothing is written.
pub(super) async fn reusable_refresh(State(probe): Shared, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Refresh<'_>>(&body) else { return refuse() };
    match stored(request.refresh_token) {
        Some((id, row)) if row.client == request.client_id => {
            let token = probe.jwt.lasting(&row.client, id);
            json(format!(
                r#"{{"accessToken":"{token}","tokenType":"Bearer","scope":"contacts.read contacts.write","scopes":["contacts.read","contacts.write"]}}"#
            ))
        }
        _ => refuse(),
    }
}

/// The client of `Authorization: Basic` (RFC 7617).
pub(super) fn authenticate(probe: &Probe, headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let decoded = String::from_utf8(parse_base64(header.strip_prefix("Basic ")?)?).ok()?;
    let (client, secret) = decoded.split_once(':')?;
    let known = probe.clients.get(client)?;
    verify_slices_are_equal(known, &sha256(secret)).ok()?;
    Some(client.to_owned())
}

/// The stored credential that `token` is, if its secret is right.
fn stored(token: &str) -> Option<(i64, reader::Row)> {
    let (id, secret) = reader::parts(token)?;
    let row = reader::find(id)?;
    verify_slices_are_equal(&row.digest, &sha256(secret)).ok()?;
    Some((id, row))
}

pub(super) fn json(body: String) -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response()
}

pub(super) fn refuse() -> Response {
    StatusCode::UNAUTHORIZED.into_response()
}
