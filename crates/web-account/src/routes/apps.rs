//! `/apps`: the apps that the user registered.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::{Client, Credential, ResourceServer};
use engine::account::apps::{self, AppChange, NewApp, NewAppSecret};
use engine::admin::credentials;
use engine::{Context, Denial, Outcome};
use oauth::ClientAuthMethod;
use serde::Serialize;
use utoipa::ToSchema;
use web_base::names::Names;
use web_rest::views::{List, NoQuery, Nothing, PageParams, app_type, scopes, status, time};
use web_rest::{Made, row};

use crate::call::{Call, Table};

/// An app of yours.
#[derive(Serialize, ToSchema)]
#[schema(as = App)]
struct AppView {
    /// The `client_id`.
    id: String,
    name: String,
    /// `web` or `native`.
    app_type: &'static str,
    /// Whether it has no secret.
    public: bool,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    /// The domain that redirects are compared by, where the realm does so: staff register it.
    redirect_domain: Option<String>,
    /// The most that it may ask people for.
    scopes: Vec<String>,
    /// The identifier of the API it is for; null: the only one.
    audience: Option<String>,
    description: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    /// What its ID tokens are signed with; null: `RS256`.
    id_token_signed_response_alg: Option<&'static str>,
    /// Whether staff verified it. Until then, and after a new redirect URI, an error of its requests is shown to the
    /// user on a page, before they may go on to its redirect URI.
    verified: bool,
    /// `active`, or `suspended` by staff.
    status: &'static str,
    created_at: String,
}

/// An app just registered.
#[derive(Serialize, ToSchema)]
#[schema(as = NewlyMadeApp)]
struct NewAppView {
    #[serde(flatten)]
    app: AppView,
    /// Its secret, if it has one. It is shown only once.
    secret: Option<String>,
}

/// A secret of an app.
#[derive(Serialize, ToSchema)]
#[schema(as = AppSecret)]
struct SecretView {
    id: String,
    label: String,
    created_at: String,
    /// When it expires; null means never.
    expires_at: Option<String>,
    /// When it was revoked; null means it is not revoked.
    revoked_at: Option<String>,
    /// When it was last used; null means not yet.
    last_used_at: Option<String>,
}

/// A new secret.
#[derive(Serialize, ToSchema)]
#[schema(as = NewlyMadeAppSecret)]
struct NewSecretView {
    #[serde(flatten)]
    about: SecretView,
    /// The secret. It is shown only once.
    secret: String,
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("apps:read", "apps:write");
    let (all, one, secrets_of) = ("/apps", "/apps/{id}", "/apps/{id}/secrets");
    let drop = "/apps/{id}/drop-connections";
    let rotation = "Give an app a new secret; older ones stay active for a while";
    table
        .about("Apps", "Apps that you registered.")
        .create(row(MethodFilter::POST, all, write, "Register an app"), create)
        .read(row(MethodFilter::GET, all, read, "List your apps"), list)
        .read(row(MethodFilter::GET, one, read, "Read an app"), show)
        .change(row(MethodFilter::PATCH, one, write, "Change an app"), update)
        .change(
            row(MethodFilter::DELETE, one, write, "Delete an app, and revoke all its connections"),
            delete,
        )
        .create(row(MethodFilter::POST, secrets_of, write, rotation), rotate)
        .read(row(MethodFilter::GET, secrets_of, read, "List the secrets of an app"), secrets)
        .change(
            row(MethodFilter::POST, drop, write, "Revoke all connections of an app"),
            drop_connections,
        )
}

async fn view(names: &mut Names<'_>, it: &Client) -> Result<AppView, Denial> {
    let audience = match it.default_audience {
        Some(id) => names.entity::<ResourceServer>(id).await?.map(|it| it.identifier.clone()),
        None => None,
    };
    let texts = |uris: &[oauth::RedirectUri]| uris.iter().map(ToString::to_string).collect();
    Ok(AppView {
        id: it.public_id.to_string(),
        name: it.name.clone(),
        app_type: app_type(it.app_type),
        public: it.auth_methods.iter().all(|method| *method == ClientAuthMethod::None),
        redirect_uris: texts(&it.redirect_uris),
        post_logout_redirect_uris: texts(&it.post_logout_redirect_uris),
        redirect_domain: it.redirect_domain.clone(),
        scopes: scopes(&it.scopes),
        audience,
        description: it.description.clone(),
        client_uri: it.client_uri.clone(),
        logo_uri: it.logo_uri.clone(),
        id_token_signed_response_alg: it.id_token_signed_response_alg.map(|it| it.as_str()),
        verified: it.verified,
        status: status(it.status),
        created_at: time(it.created_at),
    })
}

fn about_secret(it: &Credential) -> SecretView {
    SecretView {
        id: it.public_id.to_string(),
        label: it.label.clone(),
        created_at: time(it.created_at),
        expires_at: it.expires_at.map(time),
        revoked_at: it.revoked.as_ref().map(|it| time(it.at)),
        last_used_at: None,
    }
}

async fn shown(ctx: &Context<'_>, outcome: Outcome<Client>) -> Result<Outcome<AppView>, Denial> {
    let reply = view(&mut Names::new(ctx), &outcome.reply).await?;
    Ok(Outcome { batch: outcome.batch, reply })
}

async fn create(call: Call, input: Arc<NewApp>) -> Result<Outcome<Made<NewAppView>>, Denial> {
    let ctx = call.context();
    let Outcome { batch, reply } = apps::create(&ctx, call.caller(), &input).await?;
    let app = view(&mut Names::with(&ctx, &batch), &reply.client).await?;
    let id = app.id.clone();
    let secret = reply.secret.map(|issued| issued.secret.expose().to_owned());
    Ok(Outcome { batch, reply: Made { id, view: NewAppView { app, secret } } })
}

async fn list(call: Call, page: PageParams) -> Result<List<AppView>, Denial> {
    let ctx = call.context();
    let page = apps::list(&ctx, call.caller(), &page.into()).await?;
    let mut names = Names::new(&ctx);
    let mut data = Vec::with_capacity(page.items.len());
    for app in &page.items {
        data.push(view(&mut names, app).await?);
    }
    Ok(List { data, next: page.next })
}

async fn show(call: Call, _: NoQuery) -> Result<AppView, Denial> {
    let ctx = call.context();
    let found = apps::read(&ctx, call.caller(), call.id()).await?;
    view(&mut Names::new(&ctx), &found).await
}

async fn update(call: Call, change: Arc<AppChange>) -> Result<Outcome<AppView>, Denial> {
    let ctx = call.context();
    shown(&ctx, apps::update(&ctx, call.caller(), call.id(), &change).await?).await
}

async fn delete(call: Call, _: Arc<Nothing>) -> Result<Outcome<AppView>, Denial> {
    let ctx = call.context();
    shown(&ctx, apps::delete(&ctx, call.caller(), call.id()).await?).await
}

async fn drop_connections(call: Call, _: Arc<Nothing>) -> Result<Outcome<AppView>, Denial> {
    let ctx = call.context();
    shown(&ctx, apps::drop_connections(&ctx, call.caller(), call.id()).await?).await
}

async fn rotate(
    call: Call,
    input: Arc<NewAppSecret>,
) -> Result<Outcome<Made<NewSecretView>>, Denial> {
    let ctx = call.context();
    let Outcome { batch, reply } =
        apps::rotate_secret(&ctx, call.caller(), call.id(), &input).await?;
    let about = about_secret(&reply.credential);
    let id = about.id.clone();
    let view = NewSecretView { about, secret: reply.secret.expose().to_owned() };
    Ok(Outcome { batch, reply: Made { id, view } })
}

async fn secrets(call: Call, page: PageParams) -> Result<List<SecretView>, Denial> {
    call.state().app().flush_uses().await?;
    let ctx = call.context();
    let page = apps::secrets(&ctx, call.caller(), call.id(), &page.into()).await?;
    let uses = credentials::last_uses(&ctx, &page.items).await?;
    let data = page.items.iter().zip(uses).map(|(secret, used)| SecretView {
        last_used_at: used.map(|used| time(used.last_at)),
        ..about_secret(secret)
    });
    Ok(List { data: data.collect(), next: page.next })
}
