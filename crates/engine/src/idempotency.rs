//! Idempotency keys (draft-ietf-httpapi-idempotency-key-header). A request with a key is carried
//! out once and gets the same answer every time, also where two of them arrive together.
//!
//! Invariant: the idempotency record is the first write of the batch that carries out the request.
//! So of two concurrent requests the second meets the record before any other conflict.

use std::time::Duration;

use base::digest::sha256;
use domain::Actor;
use store::{Batch, IdempotencyRecord, Write};

use crate::fields::invalid;
use crate::{AdminReason, Context, Denial, ServerReason};

/// The longest key, in bytes.
pub const MAX_KEY: usize = 255;
/// How long an idempotency record is kept.
pub const RECORD_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A request with an idempotency key, as digests.
#[derive(Clone, Debug)]
pub struct IdempotentRequest {
    key: [u8; 32],
    request: [u8; 32],
}

impl IdempotentRequest {
    /// The request of `actor` with `key`. `parts` are what must be equal in a repeated request:
    /// method, path and body.
    ///
    /// # Errors
    /// [`AdminReason::InvalidField`] when the key is empty, too long or not printable.
    pub fn new(
        ctx: &Context<'_>,
        actor: &Actor,
        key: &str,
        parts: &[&[u8]],
    ) -> Result<Self, Denial> {
        if !(1..=MAX_KEY).contains(&key.len()) || !key.bytes().all(|b| matches!(b, 0x20..=0x7e)) {
            let expected = format!("1 to {MAX_KEY} printable ASCII characters");
            return Err(invalid("Idempotency-Key", expected));
        }
        let actor = actor.to_string();
        let realm = ctx.issuer.realm().as_str();
        let named =
            framed(&[b"idempotency key", realm.as_bytes(), actor.as_bytes(), key.as_bytes()]);
        // A body may hold secrets, such as imported tokens, so its digest is keyed, too.
        Ok(Self { key: ctx.digests.mac(&named), request: ctx.digests.mac(&sha256(&framed(parts))) })
    }

    /// The answer to an earlier request with this key; `None`: there was none, or its record
    /// expired.
    ///
    /// # Errors
    /// [`AdminReason::IdempotencyKeyReused`] when the key was used for another request.
    pub async fn earlier_answer(&self, ctx: &Context<'_>) -> Result<Option<Vec<u8>>, Denial> {
        let answer = ctx.store.answer(ctx.issuer.realm(), &self.key).await?;
        let Some(answer) = answer.filter(|answer| answer.until > ctx.now) else { return Ok(None) };
        if answer.request != self.request {
            return Err(AdminReason::IdempotencyKeyReused.into());
        }
        let opened = ctx.issuer.answers().open(&self.key, &answer.sealed);
        let opened = opened.ok_or_else(|| {
            let text = "a remembered answer does not open".to_owned();
            ServerReason::StoreFailed(text)
        })?;
        Ok(Some(opened.to_vec()))
    }

    /// Adds the idempotency record of `answer` to `batch`.
    pub fn remember(&self, ctx: &Context<'_>, batch: &mut Batch, answer: &[u8]) {
        let remembered = IdempotencyRecord {
            realm: ctx.issuer.realm().clone(),
            key: self.key,
            request: self.request,
            sealed: ctx.issuer.answers().seal(ctx.rng, &self.key, answer),
            at: ctx.now,
            until: ctx.now.plus(RECORD_LIFETIME),
        };
        batch.writes.insert(0, Write::Remember(remembered));
    }
}

/// The parts, each after its length, so that two different lists never give the same bytes.
fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
