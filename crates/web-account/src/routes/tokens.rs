//! `/tokens`: the user's personal access tokens.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::{Credential, Grant, ResourceServer, Use};
use engine::account::tokens::{self, NewToken};
use engine::admin::credentials;
use engine::{Denial, Outcome};
use serde::Serialize;
use utoipa::ToSchema;
use web_base::names::Names;
use web_rest::views::{List, NoQuery, Nothing, PageParams, scopes, time};
use web_rest::{Made, row};

use crate::call::{Call, Table};

/// A token for your own programs.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
struct TokenView {
    id: String,
    name: String,
    /// Its scopes at present.
    scopes: Vec<String>,
    /// The identifier of the API it is for.
    audience: Option<String>,
    /// The only organization it acts for; null means any of yours.
    organization: Option<String>,
    created_at: String,
    /// When it expires; null means never.
    expires_at: Option<String>,
    /// When it was revoked; null means it is not revoked.
    revoked_at: Option<String>,
    /// When it was last used; null means not yet.
    last_used_at: Option<String>,
    last_used_from: Option<String>,
    /// How often it was used.
    uses: u64,
}

/// A new token.
#[derive(Serialize, ToSchema)]
#[schema(as = NewlyMadeToken)]
struct NewTokenView {
    #[serde(flatten)]
    token: TokenView,
    /// The token string. It is shown only once.
    secret: String,
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("tokens:read", "tokens:write");
    let (all, one, revocation) = ("/tokens", "/tokens/{id}", "/tokens/{id}/revoke");
    table
        .about("Tokens", "Your personal access tokens, for your own programs.")
        .create(row(MethodFilter::POST, all, write, "Create a token; it is shown once"), create)
        .read(row(MethodFilter::GET, all, read, "List your tokens, with their last use"), list)
        .read(row(MethodFilter::GET, one, read, "Read a token"), show)
        .change(row(MethodFilter::POST, revocation, write, "Revoke a token"), revoke)
}

async fn view(
    names: &mut Names<'_>,
    it: &Credential,
    used: Option<&Use>,
) -> Result<TokenView, Denial> {
    let grant = match it.grant() {
        Some(id) => names.entity::<Grant>(id).await?,
        None => None,
    };
    let server = match &grant {
        Some(grant) => names.entity::<ResourceServer>(grant.resource_server).await?,
        None => None,
    };
    let granted = grant.map(|grant| grant.scopes.clone()).unwrap_or_default();
    let own = it.scopes().map(|own| own.intersection(&granted));
    Ok(TokenView {
        id: it.public_id.to_string(),
        name: it.label.clone(),
        scopes: scopes(&own.unwrap_or(granted)),
        audience: server.map(|server| server.identifier.clone()),
        organization: names.of(it.organization()).await?,
        created_at: time(it.created_at),
        expires_at: it.expires_at.map(time),
        revoked_at: it.revoked.as_ref().map(|it| time(it.at)),
        last_used_at: used.map(|used| time(used.last_at)),
        last_used_from: used.and_then(|used| used.address.clone()),
        uses: used.map_or(0, |used| used.count),
    })
}

async fn create(call: Call, input: Arc<NewToken>) -> Result<Outcome<Made<NewTokenView>>, Denial> {
    let ctx = call.context();
    let Outcome { batch, reply } = tokens::create(&ctx, call.caller(), &input).await?;
    let token = view(&mut Names::with(&ctx, &batch), &reply.credential, None).await?;
    let id = token.id.clone();
    let view = NewTokenView { token, secret: reply.secret.expose().to_owned() };
    Ok(Outcome { batch, reply: Made { id, view } })
}

async fn list(call: Call, page: PageParams) -> Result<List<TokenView>, Denial> {
    call.state().app().flush_uses().await?;
    let ctx = call.context();
    let page = tokens::list(&ctx, call.caller(), &page.into()).await?;
    let uses = credentials::last_uses(&ctx, &page.items).await?;
    let mut names = Names::new(&ctx);
    let mut data = Vec::with_capacity(page.items.len());
    for (token, used) in page.items.iter().zip(&uses) {
        data.push(view(&mut names, token, used.as_ref()).await?);
    }
    Ok(List { data, next: page.next })
}

async fn show(call: Call, _: NoQuery) -> Result<TokenView, Denial> {
    call.state().app().flush_uses().await?;
    let ctx = call.context();
    let found = tokens::read(&ctx, call.caller(), call.id()).await?;
    let used = credentials::last_uses(&ctx, std::slice::from_ref(&found)).await?.pop().flatten();
    view(&mut Names::new(&ctx), &found, used.as_ref()).await
}

async fn revoke(call: Call, _: Arc<Nothing>) -> Result<Outcome<TokenView>, Denial> {
    let ctx = call.context();
    let Outcome { batch, reply } = tokens::revoke(&ctx, call.caller(), call.id()).await?;
    let reply = view(&mut Names::new(&ctx), &reply, None).await?;
    Ok(Outcome { batch, reply })
}
