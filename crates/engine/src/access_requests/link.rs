//! One-time links. A link is sealed: it holds its access request and its expiry, and cannot be
//! forged.
//!
//! Invariant: a link is valid only while its expiry equals the expiry that its access request
//! holds. A new link changes this expiry, so the link before it becomes invalid without a row of
//! its own.

use base::digest::sha256;
use base::encoding::{base64url, parse_base64url};
use base::{Id, Secret, Timestamp};
use domain::{AccessDecision, AccessRequest};
use serde::{Deserialize, Serialize};

use crate::{Context, Denial, LinkReason};

const VERSION: u8 = 1;
const CONTEXT: &[u8] = b"credentials of an access request";

/// Marks a [`Secret`] as a one-time link. Its holder can fetch the credentials.
#[derive(Debug)]
pub enum OneTimeLink {}

/// The content of a link.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Link {
    version: u8,
    pub(super) request: Id<AccessRequest>,
    pub(super) until: Timestamp,
}

impl Link {
    pub(super) fn open(ctx: &Context<'_>, text: &str) -> Result<Self, Denial> {
        let sealed = parse_base64url(text.as_bytes()).ok_or(LinkReason::Unsealable)?;
        let plain = ctx.issuer.links().open(CONTEXT, &sealed).ok_or(LinkReason::Unsealable)?;
        let link: Self = postcard::from_bytes(&plain).map_err(|_| LinkReason::Unsealable)?;
        if link.version == VERSION { Ok(link) } else { Err(LinkReason::Unsealable.into()) }
    }

    /// The identifier that is spent when the link is used.
    pub(super) fn id(&self) -> u128 {
        let (request, until) = (self.request.to_bytes(), self.until.millis().to_be_bytes());
        let hash = sha256([CONTEXT, &request, &until].concat().as_slice());
        u128::from_be_bytes(*hash.first_chunk::<16>().unwrap_or(&[0; 16]))
    }
}

/// The URL where the credentials of an approved request are fetched; `None` where the request is
/// not approved, or the credentials were fetched already.
pub fn link(ctx: &Context<'_>, request: &AccessRequest) -> Option<Secret<OneTimeLink>> {
    let AccessDecision::Approved { fetch_until, fetched_at: None, .. } = request.decision else {
        return None;
    };
    let link = Link { version: VERSION, request: request.id, until: fetch_until };
    // Numbers always serialise. An empty message would not open as a link.
    let plain = postcard::to_allocvec(&link).unwrap_or_default();
    let sealed = base64url(ctx.issuer.links().seal(ctx.rng, CONTEXT, &plain));
    Some(Secret::new(format!("{}/credentials/{sealed}", ctx.issuer.url())))
}
