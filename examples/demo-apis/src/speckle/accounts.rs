//! What the GraphQL API asks about people and their tokens: the one interface to whoever keeps them.

use std::fmt;

use async_trait::async_trait;
use verify::RequestInfo;

/// What a user tells of themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What the outside calls them.
    pub id: String,
    /// For people.
    pub name: String,
    /// Where mail reaches them.
    pub email: String,
    /// A few words.
    pub bio: Option<String>,
    /// Where they work.
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
    /// Its public half.
    pub id: String,
    /// For its owner.
    pub name: String,
    /// What it opens.
    pub scopes: Vec<String>,
    /// When it was made: RFC 3339.
    pub created_at: String,
    /// Milliseconds from its making to its end; `None`: it has no end.
    pub lifespan: Option<i64>,
    /// When it was last used: RFC 3339.
    pub last_used: Option<String>,
}

/// A token to make. The scopes are ones that its maker has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// For its owner.
    pub name: String,
    /// What it opens.
    pub scopes: Vec<String>,
    /// Milliseconds until its end; `None`: it has no end.
    pub lifespan: Option<i64>,
}

/// Who made an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// What the outside calls them.
    pub id: String,
    /// For people.
    pub name: String,
    /// Address of a picture.
    pub avatar: Option<String>,
}

/// An app, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// What the outside calls it.
    pub id: String,
    /// For people.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// Address of its logo.
    pub logo: Option<String>,
    /// Where people are sent back to.
    pub redirect_url: String,
    /// The most that it may ask people for.
    pub scopes: Vec<String>,
    /// Who made it; `None`: whoever runs the server.
    pub author: Option<Author>,
    /// When it was made: RFC 3339.
    pub created_at: String,
}

/// What is said of an app when it is made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppFacts {
    /// For people.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// Where people are sent back to.
    pub redirect_url: String,
    /// The most that it may ask people for.
    pub scopes: Vec<String>,
    /// Address of its logo.
    pub logo: Option<String>,
}

/// An app just made. `Debug` shows nothing of the secret.
pub struct NewApp {
    /// What the outside calls it.
    pub id: String,
    /// Its secret, where it has one: this once.
    pub secret: Option<String>,
}

impl fmt::Debug for NewApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewApp").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why nothing was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountsError {
    /// It may not be done; the text is for the caller.
    Refused(String),
    /// Whoever keeps the accounts cannot be asked now.
    Unavailable,
}

/// Keeps people and their tokens. `user` is what the outside calls the user; `request` is the one
/// that a change is made by.
#[async_trait]
pub trait Accounts: Send + Sync + fmt::Debug + 'static {
    /// What `user` tells of themselves; `None` when there is no such active user.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn profile(&self, user: &str) -> Result<Option<Profile>, AccountsError>;

    /// The live tokens of `user`, newest first.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn tokens(&self, user: &str) -> Result<Vec<Token>, AccountsError>;

    /// Makes a token for `user` and returns it: this once.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn create_token(
        &self,
        user: &str,
        new: NewToken,
        request: &RequestInfo,
    ) -> Result<String, AccountsError>;

    /// Revokes the token of `user` with this public half; `false` when there is no such live token.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn revoke_token(
        &self,
        user: &str,
        id: &str,
        request: &RequestInfo,
    ) -> Result<bool, AccountsError>;

    /// What the app `id` tells of itself; `None` when there is no such active app.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn app(&self, id: &str) -> Result<Option<App>, AccountsError>;

    /// The apps that `user` made.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn created_apps(&self, user: &str) -> Result<Vec<App>, AccountsError>;

    /// The apps that may act for `user`, each once.
    ///
    /// # Errors
    /// [`AccountsError`].
    async fn authorized_apps(&self, user: &str) -> Result<Vec<App>, AccountsError>;

    /// Makes an app for `user`.
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

    /// Takes back what `user` gave an app; `false` when that is nothing.
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
