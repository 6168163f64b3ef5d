//! Finding the session of a cookie.

use base::{Secret, Timestamp};
use domain::{Account, Session, SessionSecret, User, UserStatus};
use store::{Loaded, StoreExt as _};

use super::cookie;
use crate::{Context, Denial, SignInReason};

/// A user whose session was valid when it was checked.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: Loaded<User>,
    /// The user's account: password hash and sessions.
    pub account: Loaded<Account>,
    /// The session of this request.
    pub session: Session,
}

impl SignedIn {
    /// When the user signed in: the `auth_time` of OpenID Connect Core §2.
    pub const fn auth_time(&self) -> Timestamp {
        self.session.authenticated_at
    }
}

/// The user and the session of a cookie, where the session is valid.
///
/// # Errors
/// [`SignInReason::SessionUnknown`] when there is no such session, when it was ended, or when its
/// user is not active; [`SignInReason::SessionExpired`]; the error of the store.
pub async fn session(ctx: &Context<'_>, cookie: &str) -> Result<SignedIn, Denial> {
    let (account, session) = find(ctx, cookie).await?.ok_or(SignInReason::SessionUnknown)?;
    if session.expires_at <= ctx.now {
        return Err(SignInReason::SessionExpired(session.expires_at).into());
    }
    let user: Option<Loaded<User>> = ctx.store.by_id(account.user()).await?;
    let user = user.filter(|user| user.status == UserStatus::Active);
    let user = user.ok_or(SignInReason::SessionUnknown)?;
    ctx.recognize(&user.public_id);
    Ok(SignedIn { user, account, session })
}

/// The account and the session of a cookie, expired or not; `None` when there is no such session or
/// the secret is wrong.
pub(super) async fn find(
    ctx: &Context<'_>,
    cookie: &str,
) -> Result<Option<(Loaded<Account>, Session)>, Denial> {
    let Some((account, session)) = cookie::read(cookie) else { return Ok(None) };
    let account: Option<Loaded<Account>> = ctx.store.by_id(account).await?;
    let Some(account) = account.filter(|it| it.realm == *ctx.issuer.realm()) else {
        return Ok(None);
    };
    let session = account.sessions.iter().find(|it| it.id == session).cloned();
    let presented = Secret::<SessionSecret>::new(cookie);
    let session = session.filter(|it| ctx.digests.matches(&presented, &it.digest));
    Ok(session.map(|session| (account, session)))
}
