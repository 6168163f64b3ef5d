//! `/resource-servers` and their scopes.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::{ResourceServer, TokenFormat};
use engine::admin::NewStatus;
use engine::admin::resource_servers::{self, NewResourceServer, NewScope, ResourceServerChange};
use engine::{Denial, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web_rest::views::{List, NoQuery, Nothing, PageParams, shown, status, time};
use web_rest::{Made, Row, row};

use crate::call::{Call, Table};

/// An API with an identifier and scopes.
#[derive(Serialize, ToSchema)]
#[schema(as = ResourceServer)]
pub(super) struct ResourceServerView {
    id: String,
    /// The audience of its tokens.
    identifier: String,
    name: String,
    scopes: Vec<ScopeView>,
    tokens: TokensView,
    /// `active` or `suspended`.
    status: &'static str,
    created_at: String,
}

/// A scope, and its description for users.
#[derive(Serialize, ToSchema)]
#[schema(as = Scope)]
pub(super) struct ScopeView {
    scope: String,
    description: String,
}

/// How its tokens differ from the realm's dialect. Null means as the dialect has it.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenPolicy)]
pub(super) struct TokensView {
    /// `jwt` or `opaque`.
    format: Option<&'static str>,
    algorithm: Option<&'static str>,
    /// In seconds.
    lifetime: Option<u64>,
}

/// The description of a scope.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    /// One sentence that says what the scope allows. The consent page shows it.
    #[serde(default)]
    description: String,
}

fn view(it: &ResourceServer) -> ResourceServerView {
    let scopes = it.scopes.iter().map(|scope| ScopeView {
        scope: scope.scope.to_string(),
        description: scope.description.clone(),
    });
    ResourceServerView {
        id: it.public_id.to_string(),
        identifier: it.identifier.clone(),
        name: it.name.clone(),
        scopes: scopes.collect(),
        tokens: TokensView {
            format: it.tokens.format.map(|format| match format {
                TokenFormat::Jwt => "jwt",
                TokenFormat::Opaque => "opaque",
            }),
            algorithm: it.tokens.algorithm.map(|algorithm| algorithm.as_str()),
            lifetime: it.tokens.lifetime.map(|lifetime| lifetime.as_secs()),
        },
        status: status(it.status),
        created_at: time(it.created_at),
    }
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("resource_servers:read", "resource_servers:write");
    let (all, one) = ("/resource-servers", "/resource-servers/{id}");
    let scope = "/resource-servers/{id}/scopes/{scope}";
    // A new algorithm brings a new signing key.
    let keyed = |row: Row| Row { touches_keys: true, ..row };
    table
        .about("Resource servers", "The APIs that tokens are for, and their scopes.")
        .create(keyed(row(MethodFilter::POST, all, write, "Create a resource server")), create)
        .read(row(MethodFilter::GET, all, read, "List resource servers"), list)
        .read(row(MethodFilter::GET, one, read, "Read a resource server"), show)
        .change(keyed(row(MethodFilter::PATCH, one, write, "Change a resource server")), update)
        .change(
            row(
                MethodFilter::POST,
                "/resource-servers/{id}/suspend",
                write,
                "Suspend a resource server: every token for it is refused",
            ),
            |call, _: Arc<Nothing>| switch(call, NewStatus::Suspended),
        )
        .change(
            row(
                MethodFilter::POST,
                "/resource-servers/{id}/activate",
                write,
                "Activate a resource server again",
            ),
            |call, _: Arc<Nothing>| switch(call, NewStatus::Active),
        )
        .change(
            row(MethodFilter::PUT, scope, write, "Add a scope, or change its description"),
            put_scope,
        )
        .change(row(MethodFilter::DELETE, scope, write, "Take a scope off the list"), remove_scope)
}

async fn create(
    call: Call,
    input: Arc<NewResourceServer>,
) -> Result<Outcome<Made<ResourceServerView>>, Denial> {
    let outcome = resource_servers::create(&call.context(), call.actor(), &input).await?;
    Ok(shown(outcome, |it| Made { id: it.public_id.to_string(), view: view(&it) }))
}

async fn list(call: Call, query: PageParams) -> Result<List<ResourceServerView>, Denial> {
    let page = resource_servers::list(&call.context(), &query.into()).await?;
    Ok(List::of(page, |it| view(it)))
}

async fn show(call: Call, _: NoQuery) -> Result<ResourceServerView, Denial> {
    Ok(view(&*resource_servers::read(&call.context(), call.id()).await?))
}

async fn update(
    call: Call,
    change: Arc<ResourceServerChange>,
) -> Result<Outcome<ResourceServerView>, Denial> {
    let ctx = call.context();
    let outcome = resource_servers::update(&ctx, call.actor(), call.id(), &change).await?;
    Ok(shown(outcome, |it| view(&it)))
}

async fn switch(call: Call, to: NewStatus) -> Result<Outcome<ResourceServerView>, Denial> {
    let change = ResourceServerChange { status: Some(to), ..ResourceServerChange::default() };
    update(call, Arc::new(change)).await
}

async fn put_scope(
    call: Call,
    input: Arc<Description>,
) -> Result<Outcome<ResourceServerView>, Denial> {
    let ctx = call.context();
    let new =
        NewScope { scope: call.path("scope").to_owned(), description: input.description.clone() };
    let outcome = resource_servers::put_scope(&ctx, call.actor(), call.id(), &new).await?;
    Ok(shown(outcome, |it| view(&it)))
}

async fn remove_scope(call: Call, _: Arc<Nothing>) -> Result<Outcome<ResourceServerView>, Denial> {
    let ctx = call.context();
    let scope = call.path("scope");
    let outcome = resource_servers::remove_scope(&ctx, call.actor(), call.id(), scope).await?;
    Ok(shown(outcome, |it| view(&it)))
}
