//! The interface between the GraphQL API and the system that keeps users and their tokens.

use std::fmt;

use async_trait::async_trait;
use verify::RequestInfo;

/// What a user publishes about themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The public id.
    pub id: String,
    /// The display name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// A short text about them.
    pub bio: Option<String>,
    /// The company where they work.
    pub company: Option<String>,
    /// Address of a picture.
    pub avatar: Option<String>,
    /// Whether the address was confirmed.
    pub verified: bool,
    /// Role on the server, such as `server:user`.
    pub role: String,
}

/// A personal access token, as its owner sees it: never its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The public part of the token.
    pub id: String,
    /// A name for its owner.
    pub name: String,
    /// The scopes.
    pub scopes: Vec<String>,
    /// When it was created, as RFC 3339.
    pub created_at: String,
    /// Milliseconds from its creation to its expiry; `None`: it does not expire.
    pub lifespan: Option<i64>,
    /// When it was last used, as RFC 3339.
    pub last_used: Option<String>,
}

/// A token to create. Its creator has all of its scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// A name for its owner.
    pub name: String,
    /// The scopes.
    pub scopes: Vec<String>,
    /// Milliseconds until its expiry; `None`: it does not expire.
    pub lifespan: Option<i64>,
}

/// The creator of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The public id.
    pub id: String,
    /// The display name.
    pub name: String,
    /// Address of a picture.
    pub avatar: Option<String>,
}

/// An app, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// The public id.
    pub id: String,
    /// The display name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// Address of its logo.
    pub logo: Option<String>,
    /// The redirect URI.
    pub redirect_url: String,
    /// The largest set of scopes that it may ask users for.
    pub scopes: Vec<String>,
    /// Who created it; `None`: the operator of the server.
    pub author: Option<Author>,
    /// When it was created, as RFC 3339.
    pub created_at: String,
}

/// The facts of an app when it is created or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppFacts {
    /// The display name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// The redirect URI.
    pub redirect_url: String,
    /// The largest set of scopes that it may ask users for.
    pub scopes: Vec<String>,
    /// Address of its logo.
    pub logo: Option<String>,
}

/// A new app. `Debug` does not show the secret.
pub struct NewApp {
    /// The public id.
    pub id: String,
    /// Its secret, where it has one. It is shown only once.
    pub secret: Option<String>,
}

impl fmt::Debug for NewApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewApp").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountsError {
    /// The operation is not allowed. The text is for the caller.
    Refused(String),
    /// The accounts cannot be read now.
    Unavailable,
}

/// Keeps users and their tokens. `user` is the user's public id; `request` is the request that
/// makes a change.
#[async_trait]
pub trait Accounts: Send + Sync + fmt::Debug + 'static {
    /// The profile of `user`; `None` when there is no such active user.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn profile(&self, user: &str) -> Result<Option<Profile>, AccountsError>;

    /// The active tokens of `user`, newest first.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn tokens(&self, user: &str) -> Result<Vec<Token>, AccountsError>;

    /// Creates a token for `user` and returns it. It is shown only once.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn create_token(
        &self,
        user: &str,
        new: NewToken,
        request: &RequestInfo,
    ) -> Result<String, AccountsError>;

    /// Revokes the token of `user` with this public part; `false` when there is no such active
    /// token.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn revoke_token(
        &self,
        user: &str,
        id: &str,
        request: &RequestInfo,
    ) -> Result<bool, AccountsError>;

    /// The app `id`; `None` when there is no such active app.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn app(&self, id: &str) -> Result<Option<App>, AccountsError>;

    /// The apps that `user` created.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn created_apps(&self, user: &str) -> Result<Vec<App>, AccountsError>;

    /// The apps that may act for `user`, each once.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn authorized_apps(&self, user: &str) -> Result<Vec<App>, AccountsError>;

    /// Creates an app for `user`.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn create_app(
        &self,
        user: &str,
        facts: AppFacts,
        request: &RequestInfo,
    ) -> Result<NewApp, AccountsError>;

    /// Changes an app of `user`; `false` when they have no such app.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn update_app(
        &self,
        user: &str,
        id: &str,
        facts: AppFacts,
        request: &RequestInfo,
    ) -> Result<bool, AccountsError>;

    /// Deletes an app of `user`; `false` when they have no such app.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn delete_app(
        &self,
        user: &str,
        id: &str,
        request: &RequestInfo,
    ) -> Result<bool, AccountsError>;

    /// Revokes what `user` granted an app; `false` when there was nothing.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn revoke_app(
        &self,
        user: &str,
        id: &str,
        request: &RequestInfo,
    ) -> Result<bool, AccountsError>;
}
