//! The mails with the decisions on access requests. The request itself records whether its mail was
//! handed to the mail server, so that a crash loses no mail. A mail may be handed over twice.

use domain::{AccessRequest, Actor, EntityRecord as _, Owners};
use serde_json::json;
use store::{ListQuery, Loaded, MAX_PAGE, StoreExt as _};

use crate::changes::{Changes, Detail, detail, no_detail};
use crate::{Context, Denial, Outcome};

/// Decided requests whose mail is not handed over yet, oldest first: at most 200 after `after`.
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

/// Records that the mail of `sent` was handed over. Nothing changes where the decision has changed
/// since.
///
/// # Errors
/// When the store fails.
pub async fn mailed(ctx: &Context<'_>, sent: &AccessRequest) -> Result<Outcome<()>, Denial> {
    changed(ctx, sent, "mailed", no_detail(), |it| it.mailed = Some(true)).await
}

/// Records that the mail of `request` could not be handed over, and is not tried any more. The event
/// has the reason. Nothing changes where the decision has changed since.
///
/// # Errors
/// When the store fails.
pub async fn mail_failed(
    ctx: &Context<'_>,
    request: &AccessRequest,
    reason: &str,
) -> Result<Outcome<()>, Denial> {
    let details = detail([("reason", json!(reason))]);
    changed(ctx, request, "mail_failed", details, |it| it.mail_failed = true).await
}

/// Changes a request whose mail is pending, unless its decision is another one by now.
async fn changed(
    ctx: &Context<'_>,
    sent: &AccessRequest,
    action: &str,
    details: Detail,
    change: impl FnOnce(&mut AccessRequest),
) -> Result<Outcome<()>, Denial> {
    let Some(before): Option<Loaded<AccessRequest>> = ctx.store.by_id(sent.id).await? else {
        return Ok(Outcome::without_writes(()));
    };
    if before.variety() != "unmailed" || before.decision != sent.decision {
        return Ok(Outcome::without_writes(()));
    }
    let mut after = AccessRequest::clone(&before);
    change(&mut after);
    let mut changes = Changes::new(ctx, &Actor::System);
    changes.replace(&before, &after, format!("access_request.{action}"), details);
    Ok(changes.done(()))
}
