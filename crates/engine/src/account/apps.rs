//! Apps that the person registered.
//!
//! The person who registers an app sets its redirect URIs and its scopes. Only staff set the domain
//! that it may redirect to, for dialects that require a registered domain.

use domain::{Client, ClientKind, Credential, CredentialKind, Owners, Status};
use oauth::ClientAuthMethod;
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::Person;
use crate::admin::apps::{self, Facts};
use crate::admin::clients::{self, NewlyMade};
use crate::admin::{Page, PageQuery, client_secrets, find};
use crate::changes::{Changes, detail, nothing};
use crate::fields;
use crate::page;
use crate::{AdminReason, Context, Denial, Outcome};

mod read;
mod secrets;

pub use read::read;
pub use secrets::{MAX_OVERLAP, NewAppSecret, rotate_secret, secrets};

/// The most apps of one person.
pub const MAX_APPS: usize = 50;

/// An app to be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApp {
    /// For people: it is what they are asked about.
    pub name: String,
    /// Where people are sent back to, compared character by character; 1 to 20.
    pub redirect_uris: Vec<String>,
    /// The most that it may ask people for.
    pub scopes: Vec<String>,
    /// The resource server's identifier; may be missing where the realm has only one.
    pub audience: Option<String>,
    /// `web` (on a server or in a browser; the default) or `native` (on a device).
    pub app_type: Option<String>,
    /// Whether it cannot keep a secret: it is given none and proves itself by its code verifier
    /// (RFC 7636).
    #[serde(default)]
    pub public: bool,
    /// Where people are sent back to after they signed out; at most 20.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// A few sentences for people about what it does, at most 500 characters.
    pub description: Option<String>,
    /// Its home page: https, at most 2000 characters.
    pub client_uri: Option<String>,
    /// Address of its logo: https, at most 2000 characters.
    pub logo_uri: Option<String>,
}

/// What to change; what is missing stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppChange {
    /// For people.
    pub name: Option<String>,
    /// Where people are sent back to; 1 to 20.
    pub redirect_uris: Option<Vec<String>>,
    /// The most that it may ask people for. Where the realm asks people anew, a change drops what
    /// they gave the app so far.
    pub scopes: Option<Vec<String>>,
    /// `web` or `native`.
    pub app_type: Option<String>,
    /// Where people are sent back to after they signed out; at most 20.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// What it does; an empty text: nothing is said.
    pub description: Option<String>,
    /// Its home page; an empty text: none.
    pub client_uri: Option<String>,
    /// Address of its logo; an empty text: none.
    pub logo_uri: Option<String>,
}

/// Registers an app.
///
/// # Errors
/// [`AdminReason::InvalidField`]; [`AdminReason::StateForbids`] when the person has [`MAX_APPS`].
pub async fn create(
    ctx: &Context<'_>,
    person: &Person,
    input: &NewApp,
) -> Result<Outcome<NewlyMade>, Denial> {
    if page::count(ctx, owners(person), MAX_APPS, |_: &Client| true).await? >= MAX_APPS {
        return Err(AdminReason::StateForbids(format!(
            "you have {MAX_APPS} apps: delete one first"
        ))
        .into());
    }
    let mut app = clients::bare(ctx, ClientKind::App, fields::name("name", &input.name)?)?;
    app.creator = Some(person.user().id);
    if input.public {
        app.auth_methods = vec![ClientAuthMethod::None];
    }
    if let Some(named) = input.audience.as_deref() {
        app.default_audience = Some(find::audience(ctx, Some(named)).await?.id);
    }
    require_redirect(&input.redirect_uris)?;
    let facts = Facts {
        redirect_uris: Some(&input.redirect_uris),
        scopes: Some(&input.scopes),
        app_type: input.app_type.as_deref(),
        post_logout_redirect_uris: input.post_logout_redirect_uris.as_deref(),
        description: input.description.as_deref(),
        client_uri: input.client_uri.as_deref(),
        logo_uri: input.logo_uri.as_deref(),
        redirect_domain: None,
    };
    facts.apply(ctx, &mut app).await?;
    let actor = person.actor();
    let mut changes = Changes::new(ctx, &actor);
    changes.insert(&app, "client.created".into(), nothing());
    let secret = if client_secrets::authenticates(&app) {
        Some(secrets::issue(ctx, &mut changes, &app).await?)
    } else {
        None
    };
    Ok(changes.done(NewlyMade { client: app, secret }))
}

fn require_redirect(uris: &[String]) -> Result<(), Denial> {
    if uris.is_empty() { Err(fields::invalid("redirect_uris", "at least one")) } else { Ok(()) }
}

fn owners(person: &Person) -> Owners {
    Owners { user: Some(person.user().id.as_u128()), ..Owners::default() }
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
    page::list(ctx, owners(person), query).await
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
    let facts = Facts {
        redirect_uris: change.redirect_uris.as_deref(),
        scopes: change.scopes.as_deref(),
        app_type: change.app_type.as_deref(),
        post_logout_redirect_uris: change.post_logout_redirect_uris.as_deref(),
        description: change.description.as_deref(),
        client_uri: change.client_uri.as_deref(),
        logo_uri: change.logo_uri.as_deref(),
        redirect_domain: None,
    };
    changed.extend(facts.apply(ctx, &mut after).await?);
    let dropped = apps::scopes_changed(ctx, &before, &mut after);
    let actor = person.actor();
    let mut changes = Changes::new(ctx, &actor);
    if !changed.is_empty() {
        let details =
            detail([("changed", json!(changed)), ("connections_dropped", json!(dropped))]);
        changes.replace(&before, &after, "client.updated".into(), details);
    }
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
    changes.replace(&before, &after, "client.deleted".into(), nothing());
    for secret in secrets::live(ctx, &before).await? {
        let revoked = Some(changes.revocation(None));
        let gone = Credential { revoked, ..Credential::clone(&secret) };
        let action = format!("{}.revoked", CredentialKind::ClientSecret.as_str());
        changes.replace(&secret, &gone, action, nothing());
    }
    Ok(changes.done(after))
}
