//! The handlers of the flows with users: a code for tokens, and a refresh token for its successor.

use std::borrow::Cow;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use base::encoding::base64url;

use super::digest::sha256;
use super::fixtures::{random, seal};
use super::handlers::{authenticate, json, refuse};
use super::reader;
use super::state::Probe;
use super::writer::Row;

type Shared = State<Arc<Probe>>;

fn field<'a>(body: &'a Bytes, wanted: &str) -> Option<Cow<'a, str>> {
    form_urlencoded::parse(body).find(|(name, _)| name == wanted).map(|(_, value)| value)
}

/// RFC 6749 §4.1.3 and RFC 7636 §4.6: Basic, form, the seal of the code, S256 of the verifier, one
/// row that is the used code and its refresh token at once, an ES256 token.
pub(super) async fn exchange(State(probe): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let Some(client) = authenticate(&probe, &headers) else { return refuse() };
    let (Some(code), Some(verifier)) = (field(&body, "code"), field(&body, "code_verifier")) else {
        return refuse();
    };
    let number = code.split_once('.').and_then(|(number, _)| number.parse::<u64>().ok());
    let Some(number) = number else { return refuse() };
    let challenge = base64url(sha256(&verifier));
    let expected = seal(&probe.code_key, number, &client, &challenge);
    if verify_slices_are_equal(expected.as_bytes(), code.as_bytes()).is_err() {
        return refuse();
    }
    let (family, secret) = (number.cast_signed(), random());
    let row = Row::Exchanged { family, digest: sha256(&secret) };
    answer(&probe, &client, row, format!("{family}.{secret}")).await
}

/// RFC 6749 §6 and RFC 9700 §4.14.2: Basic, form, SHA-256, one row that is overwritten if it still
/// holds the digest of the presented token, an ES256 token.
pub(super) async fn rotate(State(probe): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let Some(client) = authenticate(&probe, &headers) else { return refuse() };
    let Some(token) = field(&body, "refresh_token") else { return refuse() };
    let Some((family, presented)) = reader::parts(&token) else { return refuse() };
    let secret = random();
    let row = Row::Rotated { family, from: sha256(presented), to: sha256(&secret) };
    answer(&probe, &client, row, format!("{family}.{secret}")).await
}

async fn answer(probe: &Probe, client: &str, row: Row, refresh_token: String) -> Response {
    let committed = probe.writer.write(row);
    let token = probe.jwt.access(client);
    if committed.await != Ok(true) {
        return refuse();
    }
    json(format!(
        r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":3600,"refresh_token":"{refresh_token}","scope":"contacts.read contacts.write"}}"#
    ))
}
