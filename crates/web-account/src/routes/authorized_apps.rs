//! `/authorized-apps`: the apps that the user allowed to act for them.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::{ResourceServer, Use};
use engine::account::connections::{self, Connection};
use engine::{Denial, Outcome};
use serde::Serialize;
use utoipa::ToSchema;
use web_base::names::Names;
use web_rest::row;
use web_rest::views::{List, NoQuery, Nothing, PageParams, scopes, time};

use crate::call::{Call, Table};

/// An app that may act for you.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthorizedApp)]
struct AuthorizedAppView {
    /// Of this connection: an app may have one for each of your organizations.
    id: String,
    app: AppOfOthersView,
    /// Public id of the organization that it acts for; null: none.
    organization: Option<String>,
    /// The identifier of the API.
    audience: Option<String>,
    /// What you agreed to.
    scopes: Vec<String>,
    created_at: String,
    /// When it was last used; null means not yet.
    last_used_at: Option<String>,
    last_used_from: Option<String>,
}

/// An app as it describes itself.
#[derive(Serialize, ToSchema)]
#[schema(as = AppOfOthers)]
struct AppOfOthersView {
    /// The `client_id`.
    id: String,
    name: String,
    description: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("apps:read", "apps:write");
    let (all, one) = ("/authorized-apps", "/authorized-apps/{id}");
    let (revocation, about) =
        ("/authorized-apps/{id}/revoke", "Revoke the access of an app to your account");
    table
        .about("Authorized apps", "Apps that may act for you.")
        .read(row(MethodFilter::GET, all, read, "List the apps that may act for you"), list)
        .read(row(MethodFilter::GET, one, read, "Read what an app may do for you"), show)
        .change(row(MethodFilter::POST, revocation, write, about), revoke)
}

async fn view(
    names: &mut Names<'_>,
    it: &Connection,
    used: Option<Use>,
) -> Result<AuthorizedAppView, Denial> {
    let server = names.entity::<ResourceServer>(it.grant.resource_server).await?;
    Ok(AuthorizedAppView {
        id: it.grant.id.to_string(),
        app: AppOfOthersView {
            id: it.app.public_id.to_string(),
            name: it.app.name.clone(),
            description: it.app.description.clone(),
            client_uri: it.app.client_uri.clone(),
            logo_uri: it.app.logo_uri.clone(),
        },
        organization: names.of(it.grant.organization).await?,
        audience: server.map(|server| server.identifier.clone()),
        scopes: scopes(&it.grant.scopes),
        created_at: time(it.grant.created_at),
        last_used_at: used.as_ref().map(|used| time(used.last_at)),
        last_used_from: used.and_then(|used| used.address),
    })
}

async fn list(call: Call, page: PageParams) -> Result<List<AuthorizedAppView>, Denial> {
    call.state().app().flush_uses().await?;
    let ctx = call.context();
    let page = connections::list(&ctx, call.caller(), &page.into()).await?;
    let mut names = Names::new(&ctx);
    let mut data = Vec::with_capacity(page.items.len());
    for connection in &page.items {
        let used = connections::last_use(&ctx, connection).await?;
        data.push(view(&mut names, connection, used).await?);
    }
    Ok(List { data, next: page.next })
}

async fn show(call: Call, _: NoQuery) -> Result<AuthorizedAppView, Denial> {
    call.state().app().flush_uses().await?;
    let ctx = call.context();
    let found = connections::read(&ctx, call.caller(), call.id()).await?;
    let used = connections::last_use(&ctx, &found).await?;
    view(&mut Names::new(&ctx), &found, used).await
}

async fn revoke(call: Call, _: Arc<Nothing>) -> Result<Outcome<AuthorizedAppView>, Denial> {
    let ctx = call.context();
    let Outcome { batch, reply } = connections::revoke(&ctx, call.caller(), call.id()).await?;
    let reply = view(&mut Names::new(&ctx), &reply, None).await?;
    Ok(Outcome { batch, reply })
}
