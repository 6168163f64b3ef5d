//! `/grants`.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::{Client, Grant, ResourceServer};
use engine::admin::grants::{self, GrantChange, NewGrant};
use engine::{Context, Denial, Outcome};
use serde::Serialize;
use utoipa::ToSchema;
use web_base::names::Names;
use web_rest::views::{List, NoQuery, Reason, RevocationView, revocation, scopes, time};
use web_rest::{Made, row};

use super::credentials::OwnedPage;
use crate::call::{Call, Table};

/// A grant: which client may act for which user and organization, at which API, with which scopes.
#[derive(Serialize, ToSchema)]
#[schema(as = Grant)]
pub(super) struct GrantView {
    id: String,
    client: Option<String>,
    user: Option<String>,
    organization: Option<String>,
    resource_server: String,
    /// The identifier of the resource server.
    audience: Option<String>,
    /// The scopes that its tokens may have at most.
    scopes: Vec<String>,
    /// The scopes of a token when the request names none.
    default_scopes: Vec<String>,
    revoked: Option<RevocationView>,
    /// Whether it is inactive because all connections of the app were dropped.
    dropped: bool,
    created_at: String,
}

async fn view(names: &mut Names<'_>, it: &Grant) -> Result<GrantView, Denial> {
    let server = names.entity::<ResourceServer>(it.resource_server).await?;
    let client = match it.client {
        Some(id) => names.entity::<Client>(id).await?,
        None => None,
    };
    Ok(GrantView {
        id: it.id.to_string(),
        client: names.of(it.client).await?,
        user: names.of(it.user).await?,
        organization: names.of(it.organization).await?,
        resource_server: names.of(Some(it.resource_server)).await?.unwrap_or_default(),
        audience: server.map(|server| server.identifier.clone()),
        scopes: scopes(&it.scopes),
        default_scopes: scopes(it.default_scopes()),
        revoked: revocation(it.revoked.as_ref()),
        dropped: client.is_some_and(|client| !client.accepts(it)),
        created_at: time(it.created_at),
    })
}

async fn shown(ctx: &Context<'_>, outcome: Outcome<Grant>) -> Result<Outcome<GrantView>, Denial> {
    let reply = view(&mut Names::new(ctx), &outcome.reply).await?;
    Ok(Outcome { batch: outcome.batch, reply })
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("grants:read", "grants:write");
    let (all, one) = ("/grants", "/grants/{id}");
    table
        .about("Grants", "Who may act for whom, at which API, with which scopes. Credentials and tokens depend on them.")
        .create(row(MethodFilter::POST, all, write, "Grant a client an API"), create)
        .read(row(MethodFilter::GET, all, read, "List grants"), list)
        .read(row(MethodFilter::GET, one, read, "Read a grant"), show)
        .change(row(MethodFilter::PATCH, one, write, "Change the scopes of a grant"), update)
        .change(
            row(
                MethodFilter::POST,
                "/grants/{id}/revoke",
                write,
                "Revoke a grant, and every credential and token of it",
            ),
            revoke,
        )
}

async fn create(call: Call, input: Arc<NewGrant>) -> Result<Outcome<Made<GrantView>>, Denial> {
    let ctx = call.context();
    let outcome = shown(&ctx, grants::create(&ctx, call.actor(), &input).await?).await?;
    Ok(web_rest::views::shown(outcome, |view| Made { id: view.id.clone(), view }))
}

async fn list(call: Call, query: OwnedPage) -> Result<List<GrantView>, Denial> {
    let ctx = call.context();
    let (page, owned_by) = query.split();
    let page = grants::list(&ctx, &owned_by, &page).await?;
    let mut names = Names::new(&ctx);
    let mut data = Vec::with_capacity(page.items.len());
    for grant in &page.items {
        data.push(view(&mut names, grant).await?);
    }
    Ok(List { data, next: page.next })
}

async fn show(call: Call, _: NoQuery) -> Result<GrantView, Denial> {
    let ctx = call.context();
    let found = grants::read(&ctx, call.id()).await?;
    view(&mut Names::new(&ctx), &found).await
}

async fn update(call: Call, change: Arc<GrantChange>) -> Result<Outcome<GrantView>, Denial> {
    let ctx = call.context();
    shown(&ctx, grants::update(&ctx, call.actor(), call.id(), &change).await?).await
}

async fn revoke(call: Call, reason: Arc<Reason>) -> Result<Outcome<GrantView>, Denial> {
    let ctx = call.context();
    let reason = reason.reason.as_deref();
    shown(&ctx, grants::revoke(&ctx, call.actor(), call.id(), reason).await?).await
}
