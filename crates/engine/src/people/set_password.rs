//! Setting the first or another password of a user.

use domain::{Account, Actor, PasswordHash, User, UserStatus};
use store::{Batch, Loaded};

use super::change::Change;
use super::end::account_of;
use crate::changes::{Changes, no_detail};
use crate::{AdminReason, Context, Denial, Outcome};

/// The event of a new password.
const SET: &str = "account.password_set";

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
            change.add_event(SET, no_detail());
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
            let mut changes = Changes::new(ctx, actor);
            changes.insert(&account, SET.to_owned(), no_detail());
            batch = changes.done(()).batch;
        }
    }
    Ok(Outcome { batch, reply: () })
}
