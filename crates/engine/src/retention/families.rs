//! The bound on the refresh tokens of one connection.
//!
//! Each code that is exchanged begins a family of refresh tokens. A person who signs in again and again,
//! or an app that loses its tokens, would leave any number of them. So of one connection
//! [`MAX_FAMILIES`] stay active: those beyond, idle longest, are revoked. Access tokens that were minted
//! from them stop with them.
//!
//! The exchange itself does not count: exchanges of one connection would read the same rows and revoke
//! the same ones, and wait for each other. It notes the connection ([`crate::NewFamilies`]), and the process
//! bounds what it noted about once a second ([`bound_families`]). What a process noted and did not live
//! to bound, the next sweep of any process finds.

use std::collections::HashMap;

use base::{Id, Timestamp};
use domain::{Actor, Credential, CredentialKind, Grant, Owners};
use store::Loaded;

use super::KEPT_EACH;
use super::remove::row;
use super::room::{Listed, listed};
use crate::changes::{Changes, no_detail};
use crate::{Context, Denial, Outcome, WriteContext, settle};

/// The most active families of one connection.
pub const MAX_FAMILIES: usize = 20;
/// How many rows one commit writes, so that no other commit waits long for it.
const STEP: usize = 256;
const KIND: CredentialKind = CredentialKind::RefreshToken;

/// What one step did.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    revoked: usize,
    written: usize,
}

/// Revokes the families of a connection beyond [`MAX_FAMILIES`], those that were idle longest, and
/// removes what ended of it beyond [`KEPT_EACH`]. Returns how many families were revoked.
///
/// # Errors
/// When the store fails, or others change the same rows again and again.
pub async fn bound_families(ctx: &WriteContext<'_>, grant: Id<Grant>) -> Result<usize, Denial> {
    // A rotation is use: only the database knows it.
    let ctx = &ctx.direct();
    let mut revoked = 0;
    loop {
        let (step, _) = settle(ctx, async |ctx| bound(&ctx, grant).await).await?;
        revoked += step.revoked;
        if step.written < STEP {
            return Ok(revoked);
        }
    }
}

async fn bound(ctx: &Context<'_>, grant: Id<Grant>) -> Result<Outcome<Step>, Denial> {
    let owners =
        Owners { grant: Some(grant.as_u128()), variety: Some(KIND.as_str()), ..Owners::default() };
    let Listed { live, mut ended } = listed(ctx, owners).await?;
    let excess = live.len().saturating_sub(MAX_FAMILIES).min(STEP);
    let beyond = (ended.len() + excess).saturating_sub(KEPT_EACH);
    let removed_at_once = beyond.saturating_sub(ended.len());
    let actor = Actor::System;
    let mut changes = Changes::new(ctx, &actor);
    ended.truncate(beyond.min(STEP - excess));
    for (end, it) in ended {
        changes.write(row(ctx, &it, end).await?);
    }
    let end = changes.revocation(Some("too many sign-ins of the same connection are newer".into()));
    let action = || format!("{}.superseded", KIND.as_str());
    for (index, family) in idlest(ctx, live, excess).await?.into_iter().enumerate() {
        if index < removed_at_once {
            changes.write(row(ctx, &family, end.clone()).await?);
            changes.add_event(&*family.record, action(), no_detail());
        } else {
            let after = Credential { revoked: Some(end.clone()), ..Credential::clone(&family) };
            changes.replace(&family, &after, action(), no_detail());
        }
    }
    let Outcome { batch, .. } = changes.done(());
    Ok(Outcome { reply: Step { revoked: excess, written: batch.writes.len() }, batch })
}

/// The `count` families that were idle longest, the idlest first. A family was last used when it was
/// made, rotated, or noted as used.
async fn idlest(
    ctx: &Context<'_>,
    mut live: Vec<Loaded<Credential>>,
    count: usize,
) -> Result<Vec<Loaded<Credential>>, Denial> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = live.iter().map(|it| it.id).collect();
    let uses = ctx.store.uses(&ids).await?;
    let uses: HashMap<_, _> = uses.iter().map(|used| (used.credential, used.last_at)).collect();
    let last_at = |it: &Credential| -> Timestamp {
        let used = uses.get(&it.id).copied().unwrap_or(it.created_at);
        let rotated = it.detail.members().rotated.map_or(it.created_at, |rotated| rotated.at);
        used.max(rotated).max(it.created_at)
    };
    live.sort_by_cached_key(|it| (last_at(it), it.id));
    live.truncate(count);
    Ok(live)
}
