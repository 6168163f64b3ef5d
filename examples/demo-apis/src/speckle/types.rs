//! The GraphQL object types: what people and the server tell of themselves.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::accounts::{Profile, Token};
use super::apps::{ServerApp, ServerAppListItem};
use super::context::{accounts, failed};
use super::facts::ServerFacts;
use super::scalars::{BigInt, DateTime};
use super::scopes::{SCOPES, ScopeInfo, user_with};

/// The user whose token is presented.
pub(super) struct User(pub(super) Profile);

#[Object]
impl User {
    async fn id(&self) -> &str {
        &self.0.id
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Needs `profile:email`.
    async fn email(&self, context: &Context<'_>) -> Option<Result<&str>> {
        let user = user_with(context, "profile:email").transpose()?;
        Some(user.map(|_| self.0.email.as_str()))
    }

    async fn bio(&self) -> Option<&str> {
        self.0.bio.as_deref()
    }

    async fn company(&self) -> Option<&str> {
        self.0.company.as_deref()
    }

    async fn avatar(&self) -> Option<&str> {
        self.0.avatar.as_deref()
    }

    async fn verified(&self) -> bool {
        self.0.verified
    }

    async fn role(&self) -> &str {
        &self.0.role
    }

    /// The apps that may act for you. Needs `apps:read`.
    async fn authorized_apps(
        &self,
        context: &Context<'_>,
    ) -> Option<Result<Vec<ServerAppListItem>>> {
        authorized_apps(context).await.transpose()
    }

    /// The apps that you made. Needs `apps:read`.
    async fn created_apps(&self, context: &Context<'_>) -> Option<Result<Vec<ServerApp>>> {
        created_apps(context).await.transpose()
    }

    /// Your personal access tokens. Needs `tokens:read`.
    async fn api_tokens(&self, context: &Context<'_>) -> Option<Result<Vec<ApiToken>>> {
        api_tokens(context).await.transpose()
    }
}

async fn authorized_apps(context: &Context<'_>) -> Result<Option<Vec<ServerAppListItem>>> {
    let Some(user) = user_with(context, "apps:read")? else { return Ok(None) };
    let apps = accounts(context)?.authorized_apps(user).await.map_err(failed)?;
    Ok(Some(apps.into_iter().map(ServerAppListItem::from).collect()))
}

async fn created_apps(context: &Context<'_>) -> Result<Option<Vec<ServerApp>>> {
    let Some(user) = user_with(context, "apps:read")? else { return Ok(None) };
    let apps = accounts(context)?.created_apps(user).await.map_err(failed)?;
    Ok(Some(apps.into_iter().map(ServerApp).collect()))
}

async fn api_tokens(context: &Context<'_>) -> Result<Option<Vec<ApiToken>>> {
    let Some(user) = user_with(context, "tokens:read")? else { return Ok(None) };
    let tokens = accounts(context)?.tokens(user).await.map_err(failed)?;
    Ok(Some(tokens.into_iter().map(ApiToken::from).collect()))
}

/// A personal access token, without its secret.
#[derive(SimpleObject)]
pub(super) struct ApiToken {
    id: String,
    name: String,
    scopes: Vec<String>,
    created_at: DateTime,
    /// Milliseconds from its making to its end.
    lifespan: Option<BigInt>,
    last_used: Option<DateTime>,
}

impl From<Token> for ApiToken {
    fn from(token: Token) -> Self {
        Self {
            id: token.id,
            name: token.name,
            scopes: token.scopes,
            created_at: DateTime(token.created_at),
            lifespan: token.lifespan.map(BigInt),
            last_used: token.last_used.map(DateTime),
        }
    }
}

/// This server.
pub(super) struct ServerInfo(pub(super) ServerFacts);

#[Object]
impl ServerInfo {
    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn company(&self) -> Option<&str> {
        Some(&self.0.company)
    }

    async fn description(&self) -> Option<&str> {
        Some("A demo of an API behind personal access tokens.")
    }

    async fn admin_contact(&self) -> Option<&str> {
        Some("support@speckle.example")
    }

    async fn canonical_url(&self) -> Option<&str> {
        Some(&self.0.canonical_url)
    }

    /// The API that clients may expect: `major.minor.patch`.
    async fn version(&self) -> &str {
        "2.23.17"
    }

    async fn scopes(&self) -> Vec<ScopeInfo> {
        SCOPES.iter().map(|&(name, description)| ScopeInfo { name, description }).collect()
    }

    async fn auth_strategies(&self) -> Vec<AuthStrategy> {
        let id = "local";
        vec![AuthStrategy { id, name: "Email and password", icon: "mdi-key-variant" }]
    }

    async fn workspaces(&self) -> ServerWorkspacesInfo {
        ServerWorkspacesInfo { workspaces_enabled: false }
    }
}

/// A way to sign in.
#[derive(SimpleObject)]
pub(super) struct AuthStrategy {
    id: &'static str,
    name: &'static str,
    icon: &'static str,
}

/// Whether there are workspaces.
#[derive(SimpleObject)]
pub(super) struct ServerWorkspacesInfo {
    workspaces_enabled: bool,
}
