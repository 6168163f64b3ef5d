//! The view of a credential of any kind, and the handlers that all kinds share. Only [`IssuedView`], the response to a
//! creation, has a secret.

use std::sync::Arc;

use domain::{Credential, CredentialKind, Grant, ResourceServer, Use};
use engine::admin::PageQuery;
use engine::admin::credentials::{self, Issued, OwnerFilter};
use engine::{Context, Denial, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web_base::names::Names;
use web_rest::Made;
use web_rest::views::{List, Reason, RevocationView, revocation, scopes, time};

use crate::call::Call;

/// A credential of any kind.
#[derive(Serialize, ToSchema)]
#[schema(as = Credential)]
pub(super) struct CredentialView {
    /// The public id. It is the user name where the credential is presented as HTTP Basic.
    id: String,
    kind: &'static str,
    /// A name that people see in lists.
    label: String,
    organization: Option<String>,
    user: Option<String>,
    client: Option<String>,
    resource_server: Option<String>,
    grant: Option<String>,
    /// The identifier of the API it is for.
    audience: Option<String>,
    /// Its scopes; null for a credential that only authenticates its owner.
    scopes: Option<Vec<String>>,
    /// Whether its secret was imported although it can be guessed.
    weak: bool,
    created_at: String,
    /// When it expires; null means never.
    expires_at: Option<String>,
    revoked: Option<RevocationView>,
    /// When it was last used; null means not yet.
    last_used_at: Option<String>,
    last_used_from: Option<String>,
    /// How often it was used.
    uses: u64,
}

/// A new credential.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedCredential)]
pub(super) struct IssuedView {
    #[serde(flatten)]
    credential: CredentialView,
    /// The secret. It is shown only once.
    secret: String,
}

/// The page of a list, with filters.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnedPage {
    /// The most rows of the page, 1 to 200; the default is 50.
    limit: Option<usize>,
    /// The cursor from `next` of the page before.
    after: Option<String>,
    /// Only of this organization.
    organization: Option<String>,
    /// Only of this user.
    user: Option<String>,
    /// Only of this client.
    client: Option<String>,
    /// Only at this resource server.
    resource_server: Option<String>,
    /// Only of this grant.
    grant: Option<String>,
}

impl OwnedPage {
    pub(super) fn split(self) -> (PageQuery, OwnerFilter) {
        let Self { limit, after, organization, user, client, resource_server, grant } = self;
        let owned_by = OwnerFilter { organization, user, client, resource_server, grant };
        (PageQuery { limit, after }, owned_by)
    }
}

pub(super) async fn view(
    names: &mut Names<'_>,
    it: &Credential,
    used: Option<&Use>,
) -> Result<CredentialView, Denial> {
    let grant = match it.grant() {
        Some(id) => names.entity::<Grant>(id).await?,
        None => None,
    };
    let server = grant.as_ref().map(|grant| grant.resource_server);
    let audience = match server {
        Some(id) => names.entity::<ResourceServer>(id).await?.map(|it| it.identifier.clone()),
        None => None,
    };
    let allowed = match (it.scopes(), &grant) {
        (Some(own), Some(grant)) => Some(own.intersection(&grant.scopes)),
        (Some(own), None) => Some(own.clone()),
        (None, grant) => grant.as_ref().map(|grant| grant.scopes.clone()),
    };
    Ok(CredentialView {
        id: it.public_id.to_string(),
        kind: it.kind().as_str(),
        label: it.label.clone(),
        organization: names.of(it.organization()).await?,
        user: names.of(it.user()).await?,
        client: names.of(it.client()).await?,
        resource_server: names.of(it.resource_server().or(server)).await?,
        grant: it.grant().map(|id| id.to_string()),
        audience,
        scopes: allowed.as_ref().map(scopes),
        weak: it.is_weak(),
        created_at: time(it.created_at),
        expires_at: it.expires_at.map(time),
        revoked: revocation(it.revoked.as_ref()),
        last_used_at: used.map(|used| time(used.last_at)),
        last_used_from: used.and_then(|used| used.address.clone()),
        uses: used.map_or(0, |used| used.count),
    })
}

/// The view of a new credential: the only one with a secret.
pub(super) async fn issued(names: &mut Names<'_>, it: &Issued) -> Result<IssuedView, Denial> {
    let credential = view(names, &it.credential, None).await?;
    Ok(IssuedView { credential, secret: it.secret.expose().to_owned() })
}

/// The outcome of a creation, with its view.
pub(super) async fn made(
    ctx: &Context<'_>,
    outcome: Outcome<Issued>,
) -> Result<Outcome<Made<IssuedView>>, Denial> {
    let view = issued(&mut Names::with(ctx, &outcome.batch), &outcome.reply).await?;
    let id = outcome.reply.credential.public_id.to_string();
    Ok(Outcome { batch: outcome.batch, reply: Made { id, view } })
}

/// A page of credentials of a kind.
pub(super) async fn list(
    call: Call,
    kind: CredentialKind,
    owned_by: OwnerFilter,
    page: PageQuery,
) -> Result<List<CredentialView>, Denial> {
    let ctx = call.context();
    call.state().app().flush_uses().await?;
    let page = credentials::list(&ctx, kind, &owned_by, &page).await?;
    let uses = credentials::last_uses(&ctx, &page.items).await?;
    let mut names = Names::new(&ctx);
    let mut data = Vec::with_capacity(page.items.len());
    for (credential, used) in page.items.iter().zip(&uses) {
        data.push(view(&mut names, credential, used.as_ref()).await?);
    }
    Ok(List { data, next: page.next })
}

/// One credential of a kind.
pub(super) async fn show(
    call: Call,
    kind: CredentialKind,
    id: &str,
) -> Result<CredentialView, Denial> {
    let ctx = call.context();
    call.state().app().flush_uses().await?;
    let found = credentials::read(&ctx, kind, id).await?;
    let used = credentials::last_uses(&ctx, std::slice::from_ref(&found)).await?.pop().flatten();
    view(&mut Names::new(&ctx), &found, used.as_ref()).await
}

/// Revokes a credential of a kind.
pub(super) async fn revoke(
    call: Call,
    kind: CredentialKind,
    id: &str,
    reason: Arc<Reason>,
) -> Result<Outcome<CredentialView>, Denial> {
    let ctx = call.context();
    let reason = reason.reason.as_deref();
    let outcome = credentials::revoke(&ctx, call.actor(), kind, id, reason).await?;
    let reply = view(&mut Names::new(&ctx), &outcome.reply, None).await?;
    Ok(Outcome { batch: outcome.batch, reply })
}
