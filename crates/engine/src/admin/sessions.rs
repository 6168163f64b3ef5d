//! The sessions of a user.

use domain::{Account, Actor, Session, User};
use store::{Loaded, StoreExt as _};

use super::find;
use crate::{Context, Denial, Outcome, people};

/// The active sessions of a user, newest first: at most [`domain::MAX_SESSIONS`].
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn list(ctx: &Context<'_>, user: &str) -> Result<Vec<Session>, Denial> {
    let user: Loaded<User> = find::by_public_id(ctx, user).await?;
    of(ctx, &user).await
}

/// Ends one session of a user.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], also when the session has expired.
pub async fn end(
    ctx: &Context<'_>,
    actor: &Actor,
    user: &str,
    session: &str,
) -> Result<Outcome<()>, Denial> {
    let user: Loaded<User> = find::by_public_id(ctx, user).await?;
    end_one(ctx, actor, &user, session).await
}

/// Ends every session of a user. Replies with the number of ended sessions.
///
/// # Errors
/// [`crate::AdminReason::NotFound`] when there is no such user.
pub async fn end_all(
    ctx: &Context<'_>,
    actor: &Actor,
    user: &str,
) -> Result<Outcome<usize>, Denial> {
    let user: Loaded<User> = find::by_public_id(ctx, user).await?;
    people::end_sessions(ctx, actor, user.id, None).await
}

/// The active sessions of a loaded user.
pub(crate) async fn of(ctx: &Context<'_>, user: &User) -> Result<Vec<Session>, Denial> {
    let account: Option<Loaded<Account>> = ctx.store.by_id(Account::id_of(user.id)).await?;
    let sessions = account.map(|account| account.sessions.clone()).unwrap_or_default();
    let mut live: Vec<_> = sessions.into_iter().filter(|it| it.expires_at > ctx.now).collect();
    live.sort_by_key(|it| std::cmp::Reverse(it.authenticated_at));
    Ok(live)
}

/// Ends one session of a loaded user.
pub(crate) async fn end_one(
    ctx: &Context<'_>,
    actor: &Actor,
    user: &User,
    session: &str,
) -> Result<Outcome<()>, Denial> {
    let missing = || find::not_found("session", session);
    let id = session.parse().map_err(|_| missing())?;
    let Outcome { batch, reply: ended } = people::end_session(ctx, actor, user.id, id).await?;
    if ended { Ok(Outcome { batch, reply: () }) } else { Err(missing()) }
}
