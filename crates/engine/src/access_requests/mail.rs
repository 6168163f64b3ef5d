//! Answers on their way to the mail server. What is decided and not yet handed over is told by the
//! request itself, so that nothing is lost by a crash between the two; it may be handed over twice.

use domain::{AccessRequest, Actor, EntityRecord as _, Owners};
use store::{ListQuery, Loaded, MAX_PAGE, StoreExt as _};

use crate::changes::{Changes, nothing};
use crate::{Context, Denial, Outcome};

/// Decided requests whose answer is not handed over, oldest first; at most 200 behind `after`.
///
/// # Errors
/// When the store fails.
pub async fn unmailed(
    ctx: &Context<'_>,
    after: Option<u128>,
) -> Result<Vec<Loaded<AccessRequest>>, Denial> {
    let query = ListQuery {
        kind: AccessRequest::KIND,
        realm: ctx.issuer.realm().clone(),
        owners: Owners { variety: Some("unmailed"), ..Owners::default() },
        after,
        limit: MAX_PAGE,
    };
    Ok(ctx.store.page(query).await?)
}

/// Marks the answer as handed over; not where the answer is another one meanwhile.
///
/// # Errors
/// When the store fails.
pub async fn mailed(ctx: &Context<'_>, sent: &AccessRequest) -> Result<Outcome<()>, Denial> {
    let Some(before): Option<Loaded<AccessRequest>> = ctx.store.by_id(sent.id).await? else {
        return Ok(Outcome::reading(()));
    };
    if before.mailed != Some(false) || before.decision != sent.decision {
        return Ok(Outcome::reading(()));
    }
    let after = AccessRequest { mailed: Some(true), ..AccessRequest::clone(&before) };
    let mut changes = Changes::new(ctx, &Actor::System);
    changes.replace(&before, &after, "access_request.mailed".into(), nothing());
    Ok(changes.done(()))
}
