//! Ending sessions: the session of a cookie, one session of a user, or all of them.

use base::Id;
use domain::{Account, Actor, Session, User};
use store::{Batch, Loaded, StoreExt as _};

use super::change::Change;
use super::session;
use crate::{Context, Denial, Outcome};

/// Ends the session of a cookie. Replies whether there was one. An unknown cookie is no error: the
/// user is signed out already.
///
/// # Errors
/// The error of the store.
pub async fn sign_out(ctx: &Context<'_>, cookie: &str) -> Result<Outcome<bool>, Denial> {
    let Some((account, session)) = session::find(ctx, cookie).await? else {
        return Ok(Outcome::without_writes(false));
    };
    let actor = Actor::User(account.public_id.clone());
    let mut change = Change::new(ctx, &actor, &account);
    let ended = change.end("signed out", |it| it.id == session.id);
    Ok(outcome(change, ended > 0))
}

/// Ends one session of a user. Replies whether there was one.
///
/// # Errors
/// The error of the store.
pub async fn end_session(
    ctx: &Context<'_>,
    actor: &Actor,
    user: Id<User>,
    session: Id<Session>,
) -> Result<Outcome<bool>, Denial> {
    let Some(account) = account_of(ctx, user).await? else {
        return Ok(Outcome::without_writes(false));
    };
    let mut change = Change::new(ctx, actor, &account);
    let ended = change.end("ended", |it| it.id == session);
    Ok(outcome(change, ended > 0))
}

/// Ends all sessions of a user but `except`. Replies with the number of ended sessions.
///
/// # Errors
/// The error of the store.
pub async fn end_sessions(
    ctx: &Context<'_>,
    actor: &Actor,
    user: Id<User>,
    except: Option<Id<Session>>,
) -> Result<Outcome<usize>, Denial> {
    let Some(account) = account_of(ctx, user).await? else { return Ok(Outcome::without_writes(0)) };
    let mut change = Change::new(ctx, actor, &account);
    let ended = change.end("ended", |it| Some(it.id) != except);
    Ok(outcome(change, ended))
}

/// The account of a user of this realm, where they have one.
pub(super) async fn account_of(
    ctx: &Context<'_>,
    user: Id<User>,
) -> Result<Option<Loaded<Account>>, Denial> {
    let account: Option<Loaded<Account>> = ctx.store.by_id(Account::id_of(user)).await?;
    Ok(account.filter(|account| account.realm == *ctx.issuer.realm()))
}

fn outcome<R>(change: Change<'_>, reply: R) -> Outcome<R> {
    let mut batch = Batch::new();
    change.into_batch(&mut batch);
    Outcome { batch, reply }
}
