//! `/signing-keys`. No response has a private key.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::{KeyState, SigningKey};
use engine::admin::signing_keys::{self, KeyRotation};
use engine::{Denial, Outcome};
use serde::Serialize;
use utoipa::ToSchema;
use web_rest::views::{List, NoQuery, Nothing, PageParams, shown, time};
use web_rest::{Made, Row, row};

use crate::call::{Call, Table};

/// A signing key, without its private half.
#[derive(Serialize, ToSchema)]
#[schema(as = SigningKey)]
pub(super) struct SigningKeyView {
    /// The `kid`.
    id: String,
    algorithm: &'static str,
    /// `next` (published, and waits for a rotation), `published` (not signing yet), `active`,
    /// `retired` (what it signed before is valid) or `revoked` (what it signed is refused).
    state: &'static str,
    /// The time since which it has this state; for a published key, the time from which it signs.
    since: String,
    /// The public half as a JWK; null for HS256, which has none.
    public_jwk: Option<serde_json::Value>,
    created_at: String,
}

fn view(it: &SigningKey) -> SigningKeyView {
    let (state, since) = match it.state {
        KeyState::Published { .. } if engine::keys::is_next(it) => ("next", it.created_at),
        KeyState::Published { active_from } => ("published", active_from),
        KeyState::Active { since } => ("active", since),
        KeyState::Retired { since } => ("retired", since),
        KeyState::Revoked { since } => ("revoked", since),
    };
    SigningKeyView {
        id: it.kid.to_string(),
        algorithm: it.algorithm.as_str(),
        state,
        since: time(since),
        public_jwk: it.public_jwk.as_deref().and_then(|jwk| serde_json::from_str(jwk).ok()),
        created_at: time(it.created_at),
    }
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("signing_keys:read", "signing_keys:write");
    let (all, one) = ("/signing-keys", "/signing-keys/{id}");
    let keyed = |row: Row| Row { touches_keys: true, ..row };
    let make = "Rotate: the next key signs, once caches know it, and another next key is made";
    let retire_row = row(
        MethodFilter::POST,
        "/signing-keys/{id}/retire",
        write,
        "Retire a key: it signs no more, and its tokens stay valid",
    );
    let revoke_row = row(
        MethodFilter::POST,
        "/signing-keys/{id}/revoke",
        write,
        "Revoke a key: every token that it signed is refused",
    );
    table
        .about("Signing keys", "The keys that sign access tokens.")
        .create(keyed(row(MethodFilter::POST, all, write, make)), rotate)
        .read(row(MethodFilter::GET, all, read, "List signing keys"), list)
        .read(row(MethodFilter::GET, one, read, "Read a signing key"), show)
        .change(keyed(retire_row), retire)
        .change(keyed(revoke_row), revoke)
}

async fn rotate(
    call: Call,
    input: Arc<KeyRotation>,
) -> Result<Outcome<Made<SigningKeyView>>, Denial> {
    let outcome = signing_keys::rotate(&call.context(), call.actor(), &input).await?;
    Ok(shown(outcome, |it| Made { id: it.kid.to_string(), view: view(&it) }))
}

async fn list(call: Call, query: PageParams) -> Result<List<SigningKeyView>, Denial> {
    let page = signing_keys::list(&call.context(), &query.into()).await?;
    Ok(List::of(page, |it| view(it)))
}

async fn show(call: Call, _: NoQuery) -> Result<SigningKeyView, Denial> {
    Ok(view(&*signing_keys::read(&call.context(), call.id()).await?))
}

async fn retire(call: Call, _: Arc<Nothing>) -> Result<Outcome<SigningKeyView>, Denial> {
    let outcome = signing_keys::retire(&call.context(), call.actor(), call.id()).await?;
    Ok(shown(outcome, |it| view(&it)))
}

async fn revoke(call: Call, _: Arc<Nothing>) -> Result<Outcome<SigningKeyView>, Denial> {
    let outcome = signing_keys::revoke(&call.context(), call.actor(), call.id()).await?;
    Ok(shown(outcome, |it| view(&it)))
}
