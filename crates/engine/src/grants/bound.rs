//! The bound on the refresh tokens of one connection.
//!
//! Each code that is exchanged begins a family of refresh tokens. A person who signs in again and again,
//! or an app that loses its tokens, would leave any number of them. So of one connection
//! [`MAX_FAMILIES`] are active: the commit that adds one more revokes the one that was idle longest.
//! Access tokens that were minted from it stop with it.
//!
//! Exchanges at the same moment do not see each other, so there may be as many more as were decided at
//! once. The next exchange revokes them, too.

use base::Timestamp;
use domain::{Actor, Credential, CredentialKind, Grant, Owners};
use store::{Batch, Loaded};

use crate::changes::{Changes, no_detail};
use crate::retention::Room;
use crate::{Context, Denial};

/// The most active families of one connection.
pub const MAX_FAMILIES: usize = 20;
/// How many families one exchange revokes at most.
const REVOKED_AT_ONCE: usize = 32;
/// After this number of conflicts an exchange adds its family without revoking another, so that many
/// exchanges at the same moment do not wait for each other.
const PATIENCE: u32 = 6;

const KIND: CredentialKind = CredentialKind::RefreshToken;

/// What makes room for one more family of `grant`.
///
/// # Errors
/// When the store fails.
pub(super) async fn room_for_family(ctx: &Context<'_>, grant: &Grant) -> Result<Batch, Denial> {
    // A rotation is use: only the database knows it.
    let ctx = &Context { store: ctx.store.direct(), ..*ctx };
    let owners = Owners {
        grant: Some(grant.id.as_u128()),
        variety: Some(KIND.as_str()),
        ..Owners::default()
    };
    let Room { live, batch } = Room::of(ctx, owners).await?;
    let excess = (live.len() + 1).saturating_sub(MAX_FAMILIES).min(REVOKED_AT_ONCE);
    if excess == 0 || ctx.attempt >= PATIENCE {
        return Ok(batch);
    }
    let actor = Actor::System;
    let mut changes = Changes::new(ctx, &actor);
    changes.absorb(batch);
    for family in idle(ctx, live, excess).await? {
        let reason = Some("too many sign-ins of the same connection are newer".to_owned());
        let revoked = Some(changes.revocation(reason));
        let after = Credential { revoked, ..Credential::clone(&family) };
        changes.replace(&family, &after, format!("{}.superseded", KIND.as_str()), no_detail());
    }
    Ok(changes.done(()).batch)
}

/// The `count` families that were idle longest, by rising identifier: two exchanges that revoke several
/// of the same ones then wait for each other in one order. After a conflict it is one at random of the
/// idle half, since another exchange revoked the same ones.
async fn idle(
    ctx: &Context<'_>,
    live: Vec<Loaded<Credential>>,
    count: usize,
) -> Result<Vec<Loaded<Credential>>, Denial> {
    let ids: Vec<_> = live.iter().map(|it| it.id).collect();
    let uses = ctx.store.uses(&ids).await?;
    let used = |it: &Credential| uses.iter().find(|used| used.credential == it.id);
    let last_at = |it: &Credential| -> Timestamp {
        let used = used(it).map_or(it.created_at, |used| used.last_at);
        let rotated = it.detail.members().rotated.map_or(it.created_at, |rotated| rotated.at);
        used.max(rotated).max(it.created_at)
    };
    let mut idle = live;
    idle.sort_by_cached_key(|it| (last_at(it), it.id));
    if ctx.attempt > 0 {
        idle.truncate(idle.len().div_ceil(2));
        let one = (ctx.rng.u128() % idle.len().max(1) as u128) as usize;
        return Ok(idle.into_iter().skip(one).take(1).collect());
    }
    idle.truncate(count);
    idle.sort_unstable_by_key(|it| it.id);
    Ok(idle)
}
