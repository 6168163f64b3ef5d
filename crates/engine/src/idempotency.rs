//! Idempotency keys: the same request under the same key is carried out once and answered the same
//! every time, also where two arrive together (draft-ietf-httpapi-idempotency-key-header).
//!
//! Invariant: the answer is remembered in the batch that it answers for, and as its first write, so
//! that of two racing requests the second finds the answer before any other conflict.

use std::time::Duration;

use base::digest::sha256;
use domain::Actor;
use store::{Batch, IdempotencyRecord, Write};

use crate::fields::invalid;
use crate::{AdminReason, Context, Denial, ServerReason};

/// The longest key, in bytes.
pub const MAX_KEY: usize = 255;
/// How long an answer is remembered.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// A request under an idempotency key.
#[derive(Clone, Debug)]
pub struct IdempotentRequest {
    key: [u8; 32],
    request: [u8; 32],
}

impl IdempotentRequest {
    /// The request of `actor` under `key`; `parts` are what makes it the same request: method, path
    /// and body.
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
        let whose = actor.to_string();
        let realm = ctx.issuer.realm().as_str();
        let named =
            framed(&[b"idempotency key", realm.as_bytes(), whose.as_bytes(), key.as_bytes()]);
        // Bodies may hold secrets of their own (imported tokens), so their digest is keyed, too.
        Ok(Self { key: ctx.digests.mac(&named), request: ctx.digests.mac(&sha256(&framed(parts))) })
    }

    /// The answer given before, if there was one.
    ///
    /// # Errors
    /// [`AdminReason::IdempotencyKeyReused`] when the key was used for another request.
    pub async fn recall(&self, ctx: &Context<'_>) -> Result<Option<Vec<u8>>, Denial> {
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

    /// Makes `batch` remember that `answer` was given.
    pub fn remember(&self, ctx: &Context<'_>, batch: &mut Batch, answer: &[u8]) {
        let remembered = IdempotencyRecord {
            realm: ctx.issuer.realm().clone(),
            key: self.key,
            request: self.request,
            sealed: ctx.issuer.answers().seal(ctx.rng, &self.key, answer),
            at: ctx.now,
            until: ctx.now.plus(REMEMBERED),
        };
        batch.writes.insert(0, Write::Remember(remembered));
    }
}

/// Parts with their lengths in front, so that no two lists of parts read the same.
fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
