//! `/clients`.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::{Client, ClientKind, ResourceServer};
use engine::admin::clients::{self, ClientChange, NewClient};
use engine::admin::{NewStatus, PageQuery};
use engine::{Context, Denial, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web_base::names::Names;
use web_rest::views::{LimitsView, List, NoQuery, Nothing, app_type, limits, scopes, status, time};
use web_rest::{Made, row};

use super::credentials::{self, IssuedView};
use crate::call::{Call, Table};

/// An OAuth client.
#[derive(Serialize, ToSchema)]
#[schema(as = Client)]
pub(super) struct ClientView {
    /// The `client_id`.
    id: String,
    name: String,
    /// `machine` or `app`.
    kind: &'static str,
    /// The organization that it belongs to; null means the provider's own client.
    organization: Option<String>,
    auth_methods: Vec<&'static str>,
    grant_types: Vec<&'static str>,
    /// The identifier of the resource server for requests that name no audience.
    default_audience: Option<String>,
    /// `web` or `native`.
    app_type: &'static str,
    /// Where users may be redirected with an authorization response.
    redirect_uris: Vec<String>,
    /// Where users may be redirected after they signed out.
    post_logout_redirect_uris: Vec<String>,
    /// The registered domain of the app, for dialects that compare redirect URIs by domain.
    redirect_domain: Option<String>,
    /// The scopes that an app may ask users for.
    scopes: Vec<String>,
    description: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    /// Whether an app with a secret must use PKCE; null: as the realm's dialect has it.
    require_pkce: Option<bool>,
    /// What its ID tokens are signed with; null: `RS256`.
    id_token_signed_response_alg: Option<&'static str>,
    /// The user who registered it and may change it; null means that staff did.
    creator: Option<String>,
    /// Whether staff vouch for the app. Until then, an error of its requests is shown to the user on a page, before
    /// they may go on to its redirect URI. True for what staff made.
    verified: bool,
    budget: LimitsView,
    /// `active` or `suspended`.
    status: &'static str,
    created_at: String,
}

/// A new client.
#[derive(Serialize, ToSchema)]
#[schema(as = NewlyMadeClient)]
pub(super) struct NewClientView {
    #[serde(flatten)]
    client: ClientView,
    /// Its first secret, if one was issued. It is shown only once.
    secret: Option<String>,
    /// The record of that secret.
    client_secret: Option<IssuedView>,
}

/// The page of a list, with filters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientsPage {
    /// The most rows of the page, 1 to 200; the default is 50.
    limit: Option<usize>,
    /// The cursor from `next` of the page before.
    after: Option<String>,
    /// Only of this organization.
    organization: Option<String>,
}

async fn view(names: &mut Names<'_>, it: &Client) -> Result<ClientView, Denial> {
    let default_audience = match it.default_audience {
        Some(id) => names.entity::<ResourceServer>(id).await?.map(|it| it.identifier.clone()),
        None => None,
    };
    Ok(ClientView {
        id: it.public_id.to_string(),
        name: it.name.clone(),
        kind: match it.kind {
            ClientKind::Machine => "machine",
            ClientKind::App => "app",
        },
        organization: names.of(it.organization).await?,
        auth_methods: it.auth_methods.iter().map(|method| method.as_str()).collect(),
        grant_types: it.grant_types.iter().map(|grant| grant.as_str()).collect(),
        default_audience,
        app_type: app_type(it.app_type),
        redirect_uris: it.redirect_uris.iter().map(ToString::to_string).collect(),
        post_logout_redirect_uris: it
            .post_logout_redirect_uris
            .iter()
            .map(ToString::to_string)
            .collect(),
        redirect_domain: it.redirect_domain.clone(),
        scopes: scopes(&it.scopes),
        description: it.description.clone(),
        client_uri: it.client_uri.clone(),
        logo_uri: it.logo_uri.clone(),
        require_pkce: it.require_pkce,
        id_token_signed_response_alg: it.id_token_signed_response_alg.map(|it| it.as_str()),
        creator: names.of(it.creator).await?,
        verified: it.verified,
        budget: limits(&it.budget),
        status: status(it.status),
        created_at: time(it.created_at),
    })
}

async fn shown(ctx: &Context<'_>, outcome: Outcome<Client>) -> Result<Outcome<ClientView>, Denial> {
    let reply = view(&mut Names::new(ctx), &outcome.reply).await?;
    Ok(Outcome { batch: outcome.batch, reply })
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("clients:read", "clients:write");
    let one = "/clients/{id}";
    table
        .about("Clients", "OAuth clients: who they are. What they may do is in their grants.")
        .create(row(MethodFilter::POST, "/clients", write, "Create a client"), create)
        .read(row(MethodFilter::GET, "/clients", read, "List clients"), list)
        .read(row(MethodFilter::GET, one, read, "Read a client"), show)
        .change(row(MethodFilter::PATCH, one, write, "Change a client"), update)
        .change(
            row(
                MethodFilter::POST,
                "/clients/{id}/suspend",
                write,
                "Suspend a client: its tokens are refused from now on",
            ),
            |call, _: Arc<Nothing>| switch(call, NewStatus::Suspended),
        )
        .change(
            row(MethodFilter::POST, "/clients/{id}/activate", write, "Activate a client again"),
            |call, _: Arc<Nothing>| switch(call, NewStatus::Active),
        )
        .change(
            row(
                MethodFilter::POST,
                "/clients/{id}/verify",
                write,
                "Verify an app that a user registered",
            ),
            |call, _: Arc<Nothing>| vouch(call, true),
        )
        .change(
            row(MethodFilter::POST, "/clients/{id}/unverify", write, "Vouch for an app no longer"),
            |call, _: Arc<Nothing>| vouch(call, false),
        )
        .change(
            row(
                MethodFilter::POST,
                "/clients/{id}/drop-connections",
                write,
                "Revoke every connection of an app",
            ),
            drop_connections,
        )
}

async fn create(call: Call, input: Arc<NewClient>) -> Result<Outcome<Made<NewClientView>>, Denial> {
    let ctx = call.context();
    let outcome = clients::create(&ctx, call.actor(), &input).await?;
    let mut names = Names::with(&ctx, &outcome.batch);
    let client_secret = match &outcome.reply.secret {
        Some(issued) => Some(credentials::issued(&mut names, issued).await?),
        None => None,
    };
    let view = NewClientView {
        client: view(&mut names, &outcome.reply.client).await?,
        secret: outcome.reply.secret.as_ref().map(|issued| issued.secret.expose().to_owned()),
        client_secret,
    };
    let id = outcome.reply.client.public_id.to_string();
    Ok(Outcome { batch: outcome.batch, reply: Made { id, view } })
}

async fn list(call: Call, query: ClientsPage) -> Result<List<ClientView>, Denial> {
    let ctx = call.context();
    let page = PageQuery { limit: query.limit, after: query.after };
    let page = clients::list(&ctx, query.organization.as_deref(), &page).await?;
    let mut names = Names::new(&ctx);
    let mut data = Vec::with_capacity(page.items.len());
    for client in &page.items {
        data.push(view(&mut names, client).await?);
    }
    Ok(List { data, next: page.next })
}

async fn show(call: Call, _: NoQuery) -> Result<ClientView, Denial> {
    let ctx = call.context();
    let found = clients::read(&ctx, call.id()).await?;
    view(&mut Names::new(&ctx), &found).await
}

async fn update(call: Call, change: Arc<ClientChange>) -> Result<Outcome<ClientView>, Denial> {
    let ctx = call.context();
    shown(&ctx, clients::update(&ctx, call.actor(), call.id(), &change).await?).await
}

async fn switch(call: Call, to: NewStatus) -> Result<Outcome<ClientView>, Denial> {
    let change = ClientChange { status: Some(to), ..ClientChange::default() };
    update(call, Arc::new(change)).await
}

async fn vouch(call: Call, verified: bool) -> Result<Outcome<ClientView>, Denial> {
    let change = ClientChange { verified: Some(verified), ..ClientChange::default() };
    update(call, Arc::new(change)).await
}

async fn drop_connections(call: Call, _: Arc<Nothing>) -> Result<Outcome<ClientView>, Denial> {
    let ctx = call.context();
    shown(&ctx, clients::drop_connections(&ctx, call.actor(), call.id()).await?).await
}
