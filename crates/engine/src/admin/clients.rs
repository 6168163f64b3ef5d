//! OAuth clients: their registration data. What a client may do is in its grants.

use base::Id;
use domain::{Actor, AppType, Client, ClientKind, Organization, Owners, Status};
use oauth::{ClientAuthMethod, GrantType, ScopeSet};
use serde_json::json;
use store::Loaded;

use super::apps;
use super::client_secrets::{self, NewSecret};
use super::credentials::Issued;
use super::{Page, PageQuery, find};
use crate::changes::{Changes, detail, no_detail};
use crate::fields::{self, Budget, NewStatus, invalid};
use crate::page;
use crate::{Context, Denial, Outcome};

mod input;

pub use input::{ClientChange, NewClient};

/// A new client.
#[derive(Clone, Debug)]
pub struct CreatedClient {
    /// The client.
    pub client: Client,
    /// Its first secret, where it was given one.
    pub secret: Option<Issued>,
}

/// Adds a client.
///
/// # Errors
/// [`crate::AdminReason::InvalidField`]; [`crate::AdminReason::NameTaken`] when the public id is taken.
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    input: &NewClient,
) -> Result<Outcome<CreatedClient>, Denial> {
    let client = parse(ctx, input).await?;
    let uses_secrets = client_secrets::authenticates(&client);
    let wants_secret = input.with_secret.unwrap_or(uses_secrets);
    if wants_secret && !uses_secrets {
        return Err(invalid("with_secret", "false for a client that authenticates by none"));
    }
    let mut changes = Changes::new(ctx, actor);
    changes.insert(&client, "client.created".into(), no_detail());
    let mut secret = None;
    if wants_secret {
        let issued = client_secrets::issue(ctx, &client, &NewSecret::default()).await?;
        client_secrets::insert(&mut changes, &client, &issued);
        secret = Some(issued);
    }
    Ok(changes.done(CreatedClient { client, secret }))
}

async fn parse(ctx: &Context<'_>, input: &NewClient) -> Result<Client, Denial> {
    let kinds = [("machine", ClientKind::Machine), ("app", ClientKind::App)];
    let kind = fields::one_of("kind", input.kind.as_deref().unwrap_or("machine"), &kinds)?;
    let organization = match input.organization.as_deref() {
        Some(id) => Some(find::named::<Organization>(ctx, "organization", id).await?.id),
        None => None,
    };
    let default_audience = match input.default_audience.as_deref() {
        Some(named) => Some(find::resource_server(ctx, "default_audience", named).await?.id),
        None => None,
    };
    let mut client = Client {
        organization,
        default_audience,
        budget: input.budget.unwrap_or_default().into(),
        ..with_defaults(ctx, kind, fields::name("name", &input.name)?)?
    };
    if let Some(id) = input.public_id.as_deref() {
        client.public_id = fields::public_id(id)?;
    }
    if let Some(texts) = &input.auth_methods {
        client.auth_methods = auth_methods(texts)?;
    }
    if let Some(texts) = &input.grant_types {
        client.grant_types = grant_types(texts)?;
    }
    client.require_pkce = input.require_pkce;
    input.app_fields().apply(ctx, &mut client).await?;
    Ok(client)
}

/// A client of this kind that the provider owns, with default values.
pub(crate) fn with_defaults(
    ctx: &Context<'_>,
    kind: ClientKind,
    name: String,
) -> Result<Client, Denial> {
    let id = Id::new(ctx.now, ctx.rng);
    let (auth_methods, grant_types) = match kind {
        ClientKind::Machine => (
            vec![ClientAuthMethod::ClientSecretBasic, ClientAuthMethod::ClientSecretPost],
            vec![GrantType::ClientCredentials],
        ),
        ClientKind::App => (
            apps::auth_methods(ctx.issuer.dialect()),
            vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        ),
    };
    Ok(Client {
        id,
        realm: ctx.issuer.realm().clone(),
        public_id: fields::public_id_or_new(ctx, None, id)?,
        name,
        kind,
        organization: None,
        auth_methods,
        grant_types,
        default_audience: None,
        app_type: AppType::default(),
        redirect_uris: Vec::new(),
        post_logout_redirect_uris: Vec::new(),
        redirect_domain: None,
        scopes: ScopeSet::default(),
        description: None,
        client_uri: None,
        logo_uri: None,
        require_pkce: None,
        id_token_signed_response_alg: None,
        creator: None,
        verified: true,
        connections_epoch: 0,
        budget: Budget::default().into(),
        status: Status::Active,
        created_at: ctx.now,
    })
}

fn auth_methods(texts: &[String]) -> Result<Vec<ClientAuthMethod>, Denial> {
    let words = [
        ClientAuthMethod::ClientSecretBasic,
        ClientAuthMethod::ClientSecretPost,
        ClientAuthMethod::None,
    ]
    .map(|method| (method.as_str(), method));
    words_of("auth_methods", texts, &words)
}

fn grant_types(texts: &[String]) -> Result<Vec<GrantType>, Denial> {
    words_of("grant_types", texts, &GrantType::ALL.map(|grant| (grant.as_str(), grant)))
}

/// Parses a list of words: at least one, none of them twice.
fn words_of<T: Copy + PartialEq>(
    field: &str,
    texts: &[String],
    words: &[(&'static str, T)],
) -> Result<Vec<T>, Denial> {
    let mut found = Vec::new();
    for text in texts {
        let word = fields::one_of(field, text, words)?;
        if !found.contains(&word) {
            found.push(word);
        }
    }
    if found.is_empty() { Err(invalid(field, "at least one")) } else { Ok(found) }
}

/// One client.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn read(ctx: &Context<'_>, id: &str) -> Result<Loaded<Client>, Denial> {
    find::by_public_id(ctx, id).await
}

/// A page of clients: all, or those of one organization.
///
/// # Errors
/// An invalid cursor or limit; an organization that does not exist.
pub async fn list(
    ctx: &Context<'_>,
    organization: Option<&str>,
    query: &PageQuery,
) -> Result<Page<Loaded<Client>>, Denial> {
    let organization = find::owner::<Organization>(ctx, "organization", organization).await?;
    page::list(ctx, Owners { organization, ..Owners::default() }, query).await
}

/// Changes a client.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], [`crate::AdminReason::InvalidField`].
pub async fn update(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
    change: &ClientChange,
) -> Result<Outcome<Client>, Denial> {
    let before: Loaded<Client> = find::by_public_id(ctx, id).await?;
    let mut after = Client::clone(&before);
    let mut changed = apply(ctx, &mut after, change).await?;
    let switched = change.status.filter(|status| Status::from(*status) != before.status);
    if let Some(status) = switched {
        after.status = status.into();
        changed.push("status");
    }
    let dropped = apps::scopes_changed(ctx, &before, &mut after);
    after.verified = change.verified.unwrap_or(before.verified);
    let mut changes = Changes::new(ctx, actor);
    let what = switched.map_or("updated", NewStatus::participle);
    let mut details = detail([("changed", json!(changed))]);
    if dropped {
        details.insert("connections_dropped".to_owned(), json!(true));
    }
    let updated = (!changed.is_empty()).then(|| (format!("client.{what}"), details));
    let verdict = if after.verified { "client.verified" } else { "client.unverified" };
    let verdict = (after.verified != before.verified).then(|| (verdict.to_owned(), no_detail()));
    changes.replace_by(&before, &after, updated.into_iter().chain(verdict));
    Ok(changes.done(after))
}

/// Drops all connections of an app. Users must connect it again.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn drop_connections(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
) -> Result<Outcome<Client>, Denial> {
    let before: Loaded<Client> = find::by_public_id(ctx, id).await?;
    let mut after = Client::clone(&before);
    apps::drop_connections(&mut after);
    let mut changes = Changes::new(ctx, actor);
    changes.replace(&before, &after, "client.connections_dropped".into(), no_detail());
    Ok(changes.done(after))
}

async fn apply(
    ctx: &Context<'_>,
    client: &mut Client,
    change: &ClientChange,
) -> Result<Vec<&'static str>, Denial> {
    let mut changed = Vec::new();
    if let Some(name) = &change.name {
        client.name = fields::name("name", name)?;
        changed.push("name");
    }
    if let Some(texts) = &change.auth_methods {
        client.auth_methods = auth_methods(texts)?;
        changed.push("auth_methods");
    }
    if let Some(texts) = &change.grant_types {
        client.grant_types = grant_types(texts)?;
        changed.push("grant_types");
    }
    if let Some(named) = change.default_audience.as_deref() {
        client.default_audience = match named {
            "" => None,
            named => Some(find::resource_server(ctx, "default_audience", named).await?.id),
        };
        changed.push("default_audience");
    }
    if let Some(budget) = change.budget {
        client.budget = budget.into();
        changed.push("budget");
    }
    if let Some(required) = change.require_pkce {
        client.require_pkce = Some(required);
        changed.push("require_pkce");
    }
    changed.extend(change.app_fields().apply(ctx, client).await?);
    Ok(changed)
}
