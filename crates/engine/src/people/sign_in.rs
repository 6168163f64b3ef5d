//! Signing in with an e-mail address and a password.
//!
//! Invariant: each failed sign-in with the same input checks the same spellings of the password, looks
//! for the same rows, and gets the same answer. So neither the text nor the time shows whether there is
//! an account. Only the private reason differs.

use base::{Id, Secret};
use domain::{
    Account, Actor, MAX_SESSIONS, PasswordHash, Session, SessionSecret, User, UserStatus,
};
use serde_json::json;
use store::{Batch, Loaded, StoreExt as _};

use super::change::Change;
use super::session::find;
use super::{Check, NewSession, Password, Passwords, SESSION_LIFETIME, Share, cookie, session};
use crate::changes::detail;
use crate::normal_form::{password_spellings, stored_spellings};
use crate::{Context, Denial, Outcome, SignInReason, WriteContext, settle};

/// How many characters of the `User-Agent` header are kept.
const MAX_USER_AGENT: usize = 200;

/// The browser that the user signs in with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Browser<'a> {
    /// The `User-Agent` header of the request (RFC 9110 §10.1.5).
    pub user_agent: Option<&'a str>,
    /// The session cookie that the browser has already. The new session replaces that session.
    pub cookie: Option<&'a str>,
    /// Whether the user is known to sign in with it.
    pub share: Share,
}

/// Signs a user in.
///
/// # Errors
/// [`SignInReason::NoSuchAccount`], [`SignInReason::NoPassword`], [`SignInReason::PasswordMismatch`] and
/// [`SignInReason::AccountSuspended`], which look alike from outside; [`SignInReason::Busy`];
/// [`crate::ServerReason::Contended`]; the error of the store.
pub async fn sign_in(
    ctx: &WriteContext<'_>,
    passwords: &dyn Passwords,
    email: &str,
    password: Secret<Password>,
    browser: Browser<'_>,
) -> Result<NewSession, Denial> {
    let user = find_user(ctx, email).await?;
    // Without a user, an account that never exists is looked up, so that the reads are the same.
    let id = user.as_ref().map_or(Id::from_u128(0), |user| Account::id_of(user.id));
    let account: Option<Loaded<Account>> = ctx.store.by_id(id).await?;
    let hash = account.as_ref().and_then(|account| account.password.clone());
    let spellings = password_spellings(password);
    let check = check_spellings(passwords, hash.as_ref(), &spellings, browser.share).await?;
    if let Some(user) = &user {
        ctx.recognize(&user.public_id);
    }
    let user = user.ok_or(SignInReason::NoSuchAccount)?;
    let hash = hash.ok_or(SignInReason::NoPassword)?;
    let Check::Right { outdated } = check else {
        return Err(SignInReason::PasswordMismatch.into());
    };
    if user.status != UserStatus::Active {
        return Err(SignInReason::AccountSuspended.into());
    }
    let normal = spellings.into_iter().next().filter(|_| outdated);
    let stronger = match normal {
        Some(normal) => Some(passwords.hash(normal).await?),
        None => None,
    };
    let change = SessionStart { user: &user, hash: &hash, stronger: stronger.as_ref(), browser };
    let (cookie, _) = settle(ctx, async |ctx| change.decide(&ctx).await).await?;
    // The session is read as committed. A concurrent request may have ended it already.
    Ok(NewSession { person: session(ctx, cookie.expose()).await?, cookie })
}

/// The user with this address. Every spelling is looked up, whether or not one before it was found.
async fn find_user(ctx: &Context<'_>, typed: &str) -> Result<Option<Loaded<User>>, Denial> {
    let mut found = None;
    for spelling in stored_spellings(typed) {
        // A text that is no address is looked up as the empty text: a database may not accept it.
        let email =
            Some(spelling.as_str()).filter(|it| could_be_an_address(it)).unwrap_or_default();
        let user: Option<Loaded<User>> = ctx.store.by_handle(ctx.issuer.realm(), email).await?;
        found = found.or(user);
    }
    Ok(found)
}

/// Checks every spelling of a password, whether or not one before it was right. A hash of another spelling than the
/// first one is outdated.
async fn check_spellings(
    passwords: &dyn Passwords,
    hash: Option<&PasswordHash>,
    spellings: &[Secret<Password>],
    share: Share,
) -> Result<Check, Denial> {
    let mut result = Check::Wrong;
    for (index, spelling) in spellings.iter().enumerate() {
        let check = passwords.verify(hash.cloned(), spelling.clone(), share).await?;
        if let (Check::Right { outdated }, Check::Wrong) = (check, result) {
            result = Check::Right { outdated: outdated || index > 0 };
        }
    }
    Ok(result)
}

/// Whether the text may be an address: a path has at most 256 bytes, with its brackets (RFC 5321
/// §4.5.3.1.3).
fn could_be_an_address(text: &str) -> bool {
    text.len() <= 254 && !text.chars().any(char::is_control)
}

/// The inputs of the decision that begins a session.
struct SessionStart<'a> {
    user: &'a Loaded<User>,
    /// The hash that the password was checked against.
    hash: &'a PasswordHash,
    /// The hash of the password in NFC that replaces it, where it is outdated.
    stronger: Option<&'a PasswordHash>,
    browser: Browser<'a>,
}

impl SessionStart<'_> {
    async fn decide(&self, ctx: &Context<'_>) -> Result<Outcome<Secret<SessionSecret>>, Denial> {
        let account: Option<Loaded<Account>> =
            ctx.store.by_id(Account::id_of(self.user.id)).await?;
        // Where the password was changed meanwhile, the old password does not begin a session.
        let account = account.filter(|account| account.password.as_ref() == Some(self.hash));
        let account = account.ok_or(SignInReason::PasswordMismatch)?;
        let mut batch = Batch::new();
        let replaced = match self.browser.cookie {
            Some(cookie) => find(ctx, cookie).await?,
            None => None,
        };
        let actor = Actor::User(self.user.public_id.clone());
        let mut change = Change::new(ctx, &actor, &account);
        if let Some((other, session)) = replaced {
            if other.id == account.id {
                change.end("replaced", |it| it.id == session.id);
            } else {
                let actor = Actor::User(other.public_id.clone());
                let mut change = Change::new(ctx, &actor, &other);
                change.end("replaced", |it| it.id == session.id);
                change.into_batch(&mut batch);
            }
        }
        let cookie = self.begin(ctx, &mut change);
        change.into_batch(&mut batch);
        Ok(Outcome { batch, reply: cookie })
    }

    /// Adds the new session to the account. Where there are too many, the oldest is ended.
    fn begin(&self, ctx: &Context<'_>, change: &mut Change<'_>) -> Secret<SessionSecret> {
        let oldest = change.after.sessions.iter().min_by_key(|it| (it.expires_at, it.id));
        if let Some(oldest) = oldest.map(|it| it.id)
            && change.after.sessions.len() >= MAX_SESSIONS
        {
            change.end("too many", |it| it.id == oldest);
        }
        let id = Id::new(ctx.now, ctx.rng);
        let cookie = cookie::issue(change.after.id, id, ctx.rng);
        change.after.sessions.push(Session {
            id,
            digest: ctx.digests.digest(&cookie),
            authenticated_at: ctx.now,
            expires_at: ctx.now.plus(SESSION_LIFETIME),
            address: ctx.origin.address.map(|address| address.to_string()),
            user_agent: self.browser.user_agent.map(|it| it.chars().take(MAX_USER_AGENT).collect()),
        });
        if let Some(stronger) = self.stronger {
            change.after.password = Some(stronger.clone());
        }
        change.add_event("session.started", detail([("session", json!(id.to_string()))]));
        cookie
    }
}
