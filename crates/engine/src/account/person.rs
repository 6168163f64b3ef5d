//! The owner of the resources: a person who is signed in, or who presents a personal access token.

use domain::{Actor, Credential, CredentialKind, Owners, Session, User, UserStatus};
use store::{Loaded, StoreExt as _};

use crate::people::{self, SignedIn};
use crate::present::{Presented, PresentedAt, PresentedKind, Verified, present};
use crate::{AdminReason, Context, CredentialReason, Denial, DeniedAt, GrantReason};

/// Pseudo scope of operations that need a session in a browser. No token has it.
pub const SESSION: &str = "session";

/// A person who manages their own resources. A value exists only after they were authenticated at
/// this moment.
#[derive(Clone, Debug)]
pub struct Person {
    user: Loaded<User>,
    by: AuthenticatedBy,
}

/// How they were authenticated.
#[derive(Clone, Debug)]
enum AuthenticatedBy {
    Session(Box<Session>),
    /// One of their personal access tokens.
    Token(Box<Verified>),
    /// An API of this program made the call: it has authenticated the person and checked what they
    /// may do.
    OtherApi,
}

impl Person {
    /// The person to whom the session of this cookie belongs.
    ///
    /// # Errors
    /// The precise reason why the cookie belongs to no active session.
    pub async fn by_cookie(ctx: &Context<'_>, cookie: &str) -> Result<Self, Denial> {
        let signed_in = people::session(ctx, cookie).await;
        let signed_in = signed_in.map_err(|denial| denial.at(DeniedAt::Bearer));
        let SignedIn { user, session, .. } = signed_in?;
        Ok(Self { user, by: AuthenticatedBy::Session(Box::new(session)) })
    }

    /// The person to whom this personal access token belongs. No other kind of credential gives
    /// access to an account: an app that the person connected cannot manage their resources.
    ///
    /// # Errors
    /// The precise reason why it is no personal access token, or is not active.
    pub async fn by_token(ctx: &Context<'_>, presented: &str) -> Result<Self, Denial> {
        const KIND: CredentialKind = CredentialKind::PersonalAccessToken;
        let token = present(ctx, &Presented::Token(presented), PresentedAt::Issuer).await?;
        if token.kind != PresentedKind::Credential(KIND) {
            return Err(CredentialReason::OtherPrefix(KIND).at(DeniedAt::Bearer));
        }
        let user = token.chain.user.clone();
        let user = user.ok_or_else(|| CredentialReason::OtherPrefix(KIND).at(DeniedAt::Bearer))?;
        Ok(Self { user, by: AuthenticatedBy::Token(Box::new(token)) })
    }

    /// The person for whom an API of this program makes the call. The API has authenticated them
    /// and checked what their token allows.
    ///
    /// # Errors
    /// [`AdminReason::NotFound`] when there is no such user; [`GrantReason::UserInactive`].
    pub async fn authenticated_elsewhere(ctx: &Context<'_>, user: &str) -> Result<Self, Denial> {
        let found = ctx.store.by_public_id(ctx.issuer.realm(), user).await?;
        let missing = || AdminReason::NotFound { what: "user", id: user.to_owned() };
        let user: Loaded<User> = found.ok_or_else(missing)?;
        if user.status != UserStatus::Active {
            return Err(GrantReason::UserInactive.into());
        }
        Ok(Self { user, by: AuthenticatedBy::OtherApi })
    }

    /// Whether they may call an operation that needs `scope`. A session allows every operation; a
    /// token allows those of its scopes, and never [`SESSION`].
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

    /// The user.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Selects the records that belong to the user.
    pub(super) fn owners(&self) -> Owners {
        Owners { user: Some(self.user.id.as_u128()), ..Owners::default() }
    }

    /// The actor to record in events.
    pub fn actor(&self) -> Actor {
        Actor::User(self.user.public_id.clone())
    }

    /// The personal access token they presented, if they presented one.
    pub fn credential(&self) -> Option<&Credential> {
        self.token().map(|token| &*token.credential)
    }

    /// The session, if they are signed in by one.
    pub fn session(&self) -> Option<&Session> {
        match &self.by {
            AuthenticatedBy::Session(session) => Some(session),
            AuthenticatedBy::Token(_) | AuthenticatedBy::OtherApi => None,
        }
    }

    pub(super) fn token(&self) -> Option<&Verified> {
        match &self.by {
            AuthenticatedBy::Token(token) => Some(token),
            AuthenticatedBy::Session(_) | AuthenticatedBy::OtherApi => None,
        }
    }
}
