//! The GraphQL schema: queries and mutations. Each field checks the scope that it needs.

use std::sync::Arc;

use async_graphql::{
    Context, EmptySubscription, InputObject, MergedObject, Object, Result, Schema as GraphQlSchema,
};

use super::accounts::{Accounts, NewToken};
use super::apps::{AppMutation, ServerApp, Unread};
use super::context::{accounts, failed};
use super::facts::ServerFacts;
use super::scalars::BigInt;
use super::scopes::{NEVER_GIVEN, SCOPES, bad_input, forbidden, required, user_with};
use super::types::{ServerInfo, User};

pub(super) type Schema = GraphQlSchema<Query, Mutation, EmptySubscription>;

/// The largest nesting of a query. Introspection by the usual tools needs 13.
const MAX_DEPTH: usize = 15;
/// The largest number of fields of a query. Introspection by the usual tools needs about 200.
const MAX_FIELDS: usize = 400;
/// The largest nesting for the parser, before any rule is checked.
const MAX_PARSE_DEPTH: usize = 32;
/// The length limit of a token's name, in bytes.
const MAX_NAME: usize = 200;

/// The schema over `accounts`, for the server described by `facts`.
pub(super) fn build(accounts: Arc<dyn Accounts>, facts: ServerFacts) -> Schema {
    GraphQlSchema::build(Query, Mutation::default(), EmptySubscription)
        .data(accounts)
        .data(facts)
        .data(Unread::default())
        .limit_depth(MAX_DEPTH)
        .limit_complexity(MAX_FIELDS)
        .limit_recursive_depth(MAX_PARSE_DEPTH)
        .finish()
}

async fn active_user(context: &Context<'_>) -> Result<Option<User>> {
    let Some(user) = user_with(context, "profile:read")? else { return Ok(None) };
    let profile = accounts(context)?.profile(user).await.map_err(failed)?;
    Ok(profile.map(User))
}

/// A field that can be null is `Option<Result<_>>`, so that its error makes only the field null
/// (GraphQL specification §6.4.4). With `Result<Option<_>>`, the parent would become null, too.
#[derive(Debug)]
pub(super) struct Query;

#[Object]
impl Query {
    /// Who the token belongs to; null for nobody.
    async fn active_user(&self, context: &Context<'_>) -> Option<Result<User>> {
        active_user(context).await.transpose()
    }

    /// An app, as everybody may know it: the page that asks people shows no less.
    async fn app(&self, context: &Context<'_>, id: String) -> Option<Result<ServerApp>> {
        let accounts = match accounts(context) {
            Ok(accounts) => accounts,
            Err(error) => return Some(Err(error)),
        };
        accounts.app(&id).await.map_err(failed).map(|found| found.map(ServerApp)).transpose()
    }

    /// What this server is.
    async fn server_info(&self, context: &Context<'_>) -> Result<ServerInfo> {
        Ok(ServerInfo(context.data::<ServerFacts>()?.clone()))
    }
}

/// A personal access token to make.
#[derive(Debug, InputObject)]
pub(super) struct ApiTokenCreateInput {
    /// What it opens: scopes that the maker's own token has.
    scopes: Vec<String>,
    /// For its owner.
    name: String,
    /// Milliseconds until its end.
    lifespan: Option<BigInt>,
}

/// Everything that changes something.
#[derive(Debug, Default, MergedObject)]
pub(super) struct Mutation(TokenMutation, AppMutation);

#[derive(Debug, Default)]
struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a personal access token and returns it: this once.
    async fn api_token_create(
        &self,
        context: &Context<'_>,
        token: ApiTokenCreateInput,
    ) -> Result<String> {
        let (caller, user) = required(context, NEVER_GIVEN)?;
        let new = acceptable(token)?;
        if let Some(lacking) = new.scopes.iter().find(|scope| !caller.has(scope)) {
            let why = "You can't create a token with a scope that you don't have";
            return Err(forbidden(format!("{why}: {lacking}.")));
        }
        accounts(context)?.create_token(user, new, &caller.request).await.map_err(failed)
    }

    /// Revokes one of your own tokens: by its id, or by the token itself.
    async fn api_token_revoke(&self, context: &Context<'_>, token: String) -> Result<bool> {
        let (caller, user) = required(context, NEVER_GIVEN)?;
        let token = token.trim();
        let token = token.split_once(' ').map_or(token, |(_scheme, token)| token);
        let id = token.get(..TOKEN_ID).unwrap_or(token);
        if accounts(context)?.revoke_token(user, id, &caller.request).await.map_err(failed)? {
            return Ok(true);
        }
        Err(bad_input("You have no such token."))
    }
}

/// The number of characters of a token that are its public part.
const TOKEN_ID: usize = 10;

fn acceptable(token: ApiTokenCreateInput) -> Result<NewToken> {
    let ApiTokenCreateInput { mut scopes, name, lifespan } = token;
    let name = name.trim().to_owned();
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(bad_input("A token needs a name of 1 to 200 bytes."));
    }
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(bad_input("A token needs at least one scope."));
    }
    if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.iter().any(|(own, _)| own == scope)) {
        return Err(bad_input(format!("There is no scope {unknown:?}.")));
    }
    if scopes.iter().any(|scope| scope == NEVER_GIVEN) {
        return Err(forbidden(format!("A token cannot be given the scope {NEVER_GIVEN}.")));
    }
    let lifespan = lifespan.map(|BigInt(milliseconds)| milliseconds);
    if lifespan.is_some_and(|milliseconds| milliseconds <= 0) {
        return Err(bad_input("The lifespan is a number of milliseconds above 0."));
    }
    Ok(NewToken { name, scopes, lifespan })
}
