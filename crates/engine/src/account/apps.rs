//! Apps that the person registered.
//!
//! The person who registers an app sets its redirect URIs and its scopes. Only staff set the domain
//! that it may redirect to, for dialects that require a registered domain.
//!
//! Invariant: only staff verify an app. A redirect URI that they have not seen ends it.

use domain::{Client, ClientKind, Credential, CredentialKind, Status};
use oauth::ClientAuthMethod;
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::Person;
use crate::admin::apps::{self, AppFields};
use crate::admin::clients::{self, CreatedClient};
use crate::admin::{Page, PageQuery, client_secrets, find};
use crate::changes::{Changes, detail, no_detail};
use crate::fields;
use crate::page;
use crate::{AdminReason, Context, Denial, Outcome};

mod read;
mod secrets;

pub use read::read;
pub use secrets::{MAX_OVERLAP, NewAppSecret, rotate_secret, secrets};

/// The most apps of one person.
pub const MAX_APPS: usize = 50;

/// The input to register an app.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApp {
    /// The name of the app. The consent page shows it.
    pub name: String,
    /// Where users may be redirected with an authorization response. URIs are compared character by
    /// character. 1 to 20.
    pub redirect_uris: Vec<String>,
    /// The scopes that the app may ask users for.
    pub scopes: Vec<String>,
    /// The identifier of the resource server. It may be missing where the realm has exactly one.
    pub audience: Option<String>,
    /// `web` (the default): runs on a server or in a browser. `native`: runs on a device.
    pub app_type: Option<String>,
    /// Whether the app cannot keep a secret (a public client, RFC 6749 section 2.1). It is issued
    /// no secret, and must use PKCE (RFC 7636).
    #[serde(default)]
    pub public: bool,
    /// Where users may be redirected after they signed out. At most 20.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// What the app does, in a few sentences for users. At most 500 characters.
    pub description: Option<String>,
    /// The URL of the app's home page: https, at most 2000 characters.
    pub client_uri: Option<String>,
    /// The URL of the app's logo: https, at most 2000 characters.
    pub logo_uri: Option<String>,
    /// The signature algorithm of ID tokens, one of the issuer's
    /// `id_token_signing_alg_values_supported`. `RS256` where it is missing.
    pub id_token_signed_response_alg: Option<String>,
}

/// The fields to change. A missing field stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppChange {
    /// The name of the app. The consent page shows it.
    pub name: Option<String>,
    /// Where users may be redirected with an authorization response. 1 to 20.
    pub redirect_uris: Option<Vec<String>>,
    /// The scopes that the app may ask users for. Where the dialect has `scope_change_revokes`, a
    /// change revokes the app's connections.
    pub scopes: Option<Vec<String>>,
    /// `web` or `native`.
    pub app_type: Option<String>,
    /// Where users may be redirected after they signed out. At most 20.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// What the app does. An empty text removes it.
    pub description: Option<String>,
    /// The URL of the app's home page. An empty text removes it.
    pub client_uri: Option<String>,
    /// The URL of the app's logo. An empty text removes it.
    pub logo_uri: Option<String>,
    /// The signature algorithm of ID tokens. An empty text: `RS256`.
    pub id_token_signed_response_alg: Option<String>,
}

/// Registers an app.
///
/// # Errors
/// [`AdminReason::InvalidField`]; [`AdminReason::StateForbids`] when the person has [`MAX_APPS`].
pub async fn create(
    ctx: &Context<'_>,
    person: &Person,
    input: &NewApp,
) -> Result<Outcome<CreatedClient>, Denial> {
    if page::count(ctx, person.owners(), MAX_APPS, |_: &Client| true).await? >= MAX_APPS {
        return Err(AdminReason::StateForbids(format!(
            "you have {MAX_APPS} apps: delete one first"
        ))
        .into());
    }
    let mut app = clients::with_defaults(ctx, ClientKind::App, fields::name("name", &input.name)?)?;
    app.creator = Some(person.user().id);
    app.verified = false;
    if input.public {
        app.auth_methods = vec![ClientAuthMethod::None];
    }
    if let Some(named) = input.audience.as_deref() {
        app.default_audience = Some(find::audience(ctx, Some(named)).await?.id);
    }
    require_redirect(&input.redirect_uris)?;
    let fields_of_app = AppFields {
        redirect_uris: Some(&input.redirect_uris),
        scopes: Some(&input.scopes),
        app_type: input.app_type.as_deref(),
        post_logout_redirect_uris: input.post_logout_redirect_uris.as_deref(),
        description: input.description.as_deref(),
        client_uri: input.client_uri.as_deref(),
        logo_uri: input.logo_uri.as_deref(),
        id_token_signed_response_alg: input.id_token_signed_response_alg.as_deref(),
        redirect_domain: None,
    };
    fields_of_app.apply(ctx, &mut app).await?;
    let actor = person.actor();
    let mut changes = Changes::new(ctx, &actor);
    changes.insert(&app, "client.created".into(), no_detail());
    let secret = if client_secrets::authenticates(&app) {
        Some(secrets::issue(ctx, &mut changes, &app).await?)
    } else {
        None
    };
    Ok(changes.done(CreatedClient { client: app, secret }))
}

fn require_redirect(uris: &[String]) -> Result<(), Denial> {
    if uris.is_empty() { Err(fields::invalid("redirect_uris", "at least one")) } else { Ok(()) }
}

/// A page of the person's apps.
///
/// # Errors
/// When the cursor or the limit is invalid.
pub async fn list(
    ctx: &Context<'_>,
    person: &Person,
    query: &PageQuery,
) -> Result<Page<Loaded<Client>>, Denial> {
    page::list(ctx, person.owners(), query).await
}

/// Changes an app.
///
/// # Errors
/// [`AdminReason::NotFound`], [`AdminReason::InvalidField`].
pub async fn update(
    ctx: &Context<'_>,
    person: &Person,
    id: &str,
    change: &AppChange,
) -> Result<Outcome<Client>, Denial> {
    let before = read(ctx, person, id).await?;
    let mut after = Client::clone(&before);
    let mut changed = Vec::new();
    if let Some(name) = &change.name {
        after.name = fields::name("name", name)?;
        changed.push("name");
    }
    if let Some(uris) = &change.redirect_uris {
        require_redirect(uris)?;
    }
    let fields_of_app = AppFields {
        redirect_uris: change.redirect_uris.as_deref(),
        scopes: change.scopes.as_deref(),
        app_type: change.app_type.as_deref(),
        post_logout_redirect_uris: change.post_logout_redirect_uris.as_deref(),
        description: change.description.as_deref(),
        client_uri: change.client_uri.as_deref(),
        logo_uri: change.logo_uri.as_deref(),
        id_token_signed_response_alg: change.id_token_signed_response_alg.as_deref(),
        redirect_domain: None,
    };
    changed.extend(fields_of_app.apply(ctx, &mut after).await?);
    let dropped = apps::scopes_changed(ctx, &before, &mut after);
    after.verified &= !apps::leads_elsewhere(&before, &after);
    let actor = person.actor();
    let mut changes = Changes::new(ctx, &actor);
    let details = detail([("changed", json!(changed)), ("connections_dropped", json!(dropped))]);
    let updated = (!changed.is_empty()).then(|| ("client.updated".to_owned(), details));
    let unverified = ("client.unverified".to_owned(), no_detail());
    let unverified = (after.verified != before.verified).then_some(unverified);
    changes.replace_by(&before, &after, updated.into_iter().chain(unverified));
    Ok(changes.done(after))
}

/// Drops all connections of the app: its tokens stop working, and each user is asked for consent
/// again.
/// # Errors
/// [`AdminReason::NotFound`].
pub async fn drop_connections(
    ctx: &Context<'_>,
    person: &Person,
    id: &str,
) -> Result<Outcome<Client>, Denial> {
    let app = read(ctx, person, id).await?;
    clients::drop_connections(ctx, &person.actor(), app.public_id.as_str()).await
}

/// Deletes an app. Its secrets are revoked and its connections are dropped. A suspended client
/// without an owner is left, so that staff can still look up the client that its events name.
///
/// # Errors
/// [`AdminReason::NotFound`].
pub async fn delete(
    ctx: &Context<'_>,
    person: &Person,
    id: &str,
) -> Result<Outcome<Client>, Denial> {
    let before = read(ctx, person, id).await?;
    let mut after = Client::clone(&before);
    after.status = Status::Suspended;
    after.creator = None;
    apps::drop_connections(&mut after);
    let actor = person.actor();
    let mut changes = Changes::new(ctx, &actor);
    changes.replace(&before, &after, "client.deleted".into(), no_detail());
    for secret in secrets::live(ctx, &before).await? {
        let revoked = Some(changes.revocation(None));
        let revoked_secret = Credential { revoked, ..Credential::clone(&secret) };
        let action = format!("{}.revoked", CredentialKind::ClientSecret.as_str());
        changes.replace(&secret, &revoked_secret, action, no_detail());
    }
    Ok(changes.done(after))
}
