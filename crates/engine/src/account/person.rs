//! Whose things they are: a person who is signed in, or who holds one of their own tokens.

use domain::{Actor, Credential, CredentialKind, Session, User, UserStatus};
use store::{Loaded, StoreExt as _};

use crate::people::{self, SignedIn};
use crate::present::{Presented, PresentedAt, PresentedKind, Verified, present};
use crate::{AdminReason, Context, CredentialReason, Denial, DeniedAt, GrantReason};

/// What a row asks for that no token opens: a browser where the person is signed in.
pub const SESSION: &str = "session";

/// Somebody who manages what is their own. Exists only after they proved who they are at this moment.
#[derive(Clone, Debug)]
pub struct Person {
    user: Loaded<User>,
    means: Means,
}

/// How they proved it.
#[derive(Clone, Debug)]
enum Means {
    Session(Box<Session>),
    /// One of their personal access tokens.
    Token(Box<Verified>),
    /// An API of this program asks for them, and has checked what they may.
    Vouched,
}

impl Person {
    /// Whoever's session the cookie is.
    ///
    /// # Errors
    /// The precise reason why it is nobody's.
    pub async fn by_cookie(ctx: &Context<'_>, cookie: &str) -> Result<Self, Denial> {
        let signed_in = people::session(ctx, cookie).await;
        let signed_in = signed_in.map_err(|denial| denial.at(DeniedAt::Bearer));
        let SignedIn { user, session, .. } = signed_in?;
        Ok(Self { user, means: Means::Session(Box::new(session)) })
    }

    /// Whoever's personal access token it is. No other credential opens an account: an app that
    /// somebody connected manages nothing of theirs.
    ///
    /// # Errors
    /// The precise reason why it is none, or is not good.
    pub async fn by_token(ctx: &Context<'_>, presented: &str) -> Result<Self, Denial> {
        const KIND: CredentialKind = CredentialKind::PersonalAccessToken;
        let token = present(ctx, &Presented::Token(presented), PresentedAt::Issuer).await?;
        if token.kind != PresentedKind::Credential(KIND) {
            return Err(CredentialReason::Foreign(KIND).at(DeniedAt::Bearer));
        }
        let user = token.chain.user.clone();
        let user = user.ok_or_else(|| CredentialReason::Foreign(KIND).at(DeniedAt::Bearer))?;
        Ok(Self { user, means: Means::Token(Box::new(token)) })
    }

    /// Somebody for whom an API of this program asks. The API has checked who they are, and what
    /// their token opens.
    ///
    /// # Errors
    /// [`AdminReason::NotFound`] when there is no such user; [`GrantReason::UserInactive`].
    pub async fn vouched(ctx: &Context<'_>, user: &str) -> Result<Self, Denial> {
        let found = ctx.store.by_public_id(ctx.issuer.realm(), user).await?;
        let missing = || AdminReason::NotFound { what: "user", id: user.to_owned() };
        let user: Loaded<User> = found.ok_or_else(missing)?;
        if user.status != UserStatus::Active {
            return Err(GrantReason::UserInactive.into());
        }
        Ok(Self { user, means: Means::Vouched })
    }

    /// Whether they may do what needs `scope`: all of it where they are signed in, and with a token
    /// what it opens. [`SESSION`] no token opens.
    ///
    /// # Errors
    /// [`AdminReason::NotPermitted`].
    pub fn require(&self, scope: &str) -> Result<(), Denial> {
        match self.token() {
            Some(token) if scope == SESSION || !token.scopes.contains(scope) => {
                Err(AdminReason::NotPermitted(scope.to_owned()).into())
            }
            _ => Ok(()),
        }
    }

    /// Who.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Who they are in events.
    pub fn actor(&self) -> Actor {
        Actor::User(self.user.public_id.clone())
    }

    /// The token they presented, where they did.
    pub fn credential(&self) -> Option<&Credential> {
        self.token().map(|token| &*token.credential)
    }

    /// The session they are in, where they are.
    pub fn session(&self) -> Option<&Session> {
        match &self.means {
            Means::Session(session) => Some(session),
            Means::Token(_) | Means::Vouched => None,
        }
    }

    pub(super) fn token(&self) -> Option<&Verified> {
        match &self.means {
            Means::Token(token) => Some(token),
            Means::Session(_) | Means::Vouched => None,
        }
    }
}
