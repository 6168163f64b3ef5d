//! Setting the first or another password of a user.

use std::sync::Arc;

use domain::{Account, Actor, EntityRecord as _, PasswordHash, User, UserStatus};
use store::{Batch, Loaded, Write};

use super::change::{Change, event};
use super::end::account_of;
use crate::{AdminReason, Context, Denial, Outcome};

/// Sets a user's password, and ends all sessions of the user, since another person may know the old
/// password.
///
/// # Errors
/// [`AdminReason::StateForbids`] for a user who was removed; the error of the store. At commit,
/// [`AdminReason::NameTaken`] where a concurrent request set the first password.
pub async fn set_password(
    ctx: &Context<'_>,
    actor: &Actor,
    user: &Loaded<User>,
    hash: PasswordHash,
) -> Result<Outcome<()>, Denial> {
    if user.status == UserStatus::Removed {
        return Err(AdminReason::StateForbids("the user was removed".into()).into());
    }
    let mut batch = Batch::new();
    match account_of(ctx, user.id).await? {
        Some(account) => {
            let mut change = Change::new(ctx, actor, &account);
            change.end("password changed", |_| true);
            change.after.password = Some(hash);
            change.add_event("account.password_set", Vec::new());
            change.into_batch(&mut batch);
        }
        None => {
            let account = Account {
                id: Account::id_of(user.id),
                realm: ctx.issuer.realm().clone(),
                public_id: user.public_id.clone(),
                password: Some(hash),
                sessions: Vec::new(),
                created_at: ctx.now,
            };
            batch.events.push(event(ctx, actor, &account, ("account.password_set", Vec::new())));
            batch.writes.push(Write::Insert(Arc::new(account).into_entity()));
        }
    }
    Ok(Outcome { batch, reply: () })
}
