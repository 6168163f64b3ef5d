//! Giving a user a password, or another one.

use std::sync::Arc;

use domain::{Account, Actor, EntityRecord as _, PasswordHash, User, UserStatus};
use store::{Batch, Loaded, Write};

use super::change::{Change, event};
use super::end::account_of;
use crate::{AdminReason, Context, Denial, Outcome};

/// Sets a user's password. Another one than before ends all their sessions: whoever changes it may do
/// so because somebody else knows it.
///
/// # Errors
/// [`AdminReason::StateForbids`] for a user who was removed; the error of the store. When committed,
/// [`AdminReason::NameTaken`] where somebody else set the first one in the same moment.
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
            change.tell("account.password_set", Vec::new());
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
