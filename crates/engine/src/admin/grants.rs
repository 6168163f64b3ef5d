//! Grants: what a client may do for itself. The revocation of a grant stops everything that depends
//! on it.

use base::Id;
use domain::{Actor, Client, Grant, Organization};
use oauth::ScopeSet;
use serde::Deserialize;
use serde_json::json;
use store::{Loaded, StoreExt as _};

use super::credentials::OwnerFilter;
use super::{Page, PageQuery, find};
use crate::changes::{Changes, detail, no_detail};
use crate::fields;
use crate::page;
use crate::{AdminReason, Context, Denial, Outcome};

/// The input to grant a client access to one API, for itself or for an organization.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGrant {
    /// The `client_id` of the client.
    pub client: String,
    /// The identifier of the resource server. It may be missing where the realm has exactly one.
    pub audience: Option<String>,
    /// The scopes that tokens may have. If missing: every scope of the resource server.
    pub scopes: Option<Vec<String>>,
    /// The scopes of a token whose request names no scope. If missing: all of `scopes`.
    pub default_scopes: Option<Vec<String>>,
    /// The public id of the organization that the client acts for. If missing: the organization
    /// that owns the client.
    pub organization: Option<String>,
}

/// The fields to change. A missing field stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantChange {
    /// The scopes that tokens may have. A removed scope is also removed from existing tokens. A
    /// grant that a user consented to cannot get more scopes.
    pub scopes: Option<Vec<String>>,
    /// The scopes of a token whose request names no scope.
    pub default_scopes: Option<Vec<String>>,
}

/// Grants a client an API. There is one such grant a client and API.
///
/// # Errors
/// [`AdminReason::InvalidField`]; [`AdminReason::NameTaken`] when it is granted already.
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    input: &NewGrant,
) -> Result<Outcome<Grant>, Denial> {
    let client: Loaded<Client> = find::named(ctx, "client", &input.client).await?;
    let server = find::audience(ctx, input.audience.as_deref()).await?;
    let organization = match input.organization.as_deref() {
        Some(id) => Some(find::named::<Organization>(ctx, "organization", id).await?.id),
        None => client.organization,
    };
    let scopes = fields::scopes_of_server(&server, input.scopes.as_deref())?;
    let default_scopes = defaults(&scopes, input.default_scopes.as_deref())?;
    let handle = Grant::machine_handle(client.id, server.id);
    let grant = Grant {
        client: Some(client.id),
        organization,
        default_scopes,
        ..new_grant(ctx, server.id, scopes, Some(handle))
    };
    let mut changes = Changes::new(ctx, actor);
    insert(ctx, &mut changes, &grant).await?;
    Ok(changes.done(grant))
}

/// A grant without a client, a user and an organization.
pub(crate) fn new_grant(
    ctx: &Context<'_>,
    resource_server: Id<domain::ResourceServer>,
    scopes: ScopeSet,
    handle: Option<String>,
) -> Grant {
    Grant {
        id: Id::new(ctx.now, ctx.rng),
        realm: ctx.issuer.realm().clone(),
        client: None,
        user: None,
        organization: None,
        resource_server,
        scopes,
        default_scopes: None,
        handle,
        epoch: 0,
        status_index: ctx.status_index(),
        revoked: None,
        created_at: ctx.now,
    }
}

/// Adds a new grant. It takes over the handle of a revoked grant that still has it. The old grant,
/// and everything that depends on it, stays revoked.
pub(crate) async fn insert(
    ctx: &Context<'_>,
    changes: &mut Changes<'_>,
    grant: &Grant,
) -> Result<(), Denial> {
    if let Some(handle) = &grant.handle {
        let holder: Option<Loaded<Grant>> = ctx.store.by_handle(ctx.issuer.realm(), handle).await?;
        if let Some(holder) = holder.filter(|holder| holder.revoked.is_some()) {
            let superseded = Grant { handle: None, ..Grant::clone(&holder) };
            let details = detail([("by", json!(grant.id))]);
            changes.replace(&holder, &superseded, "grant.superseded".into(), details);
        }
    }
    changes.insert(grant, "grant.created".into(), detail([("scopes", json!(grant.scopes))]));
    Ok(())
}

fn defaults(scopes: &ScopeSet, texts: Option<&[String]>) -> Result<Option<ScopeSet>, Denial> {
    let Some(texts) = texts else { return Ok(None) };
    let defaults = fields::scopes("default_scopes", texts)?;
    fields::require_subset("default_scopes", &defaults, scopes, "scopes of this grant")?;
    Ok(Some(defaults))
}

/// One grant, by its identifier.
///
/// # Errors
/// [`AdminReason::NotFound`].
pub async fn read(ctx: &Context<'_>, id: &str) -> Result<Loaded<Grant>, Denial> {
    find::grant(ctx, id).await
}

/// A page of grants.
///
/// # Errors
/// An invalid cursor or limit; an owner that does not exist.
pub async fn list(
    ctx: &Context<'_>,
    owned_by: &OwnerFilter,
    query: &PageQuery,
) -> Result<Page<Loaded<Grant>>, Denial> {
    page::list(ctx, owned_by.owners(ctx).await?, query).await
}

/// Changes the scopes of a grant.
///
/// # Errors
/// [`AdminReason::NotFound`], [`AdminReason::InvalidField`]; [`AdminReason::StateForbids`] when it was revoked.
pub async fn update(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
    change: &GrantChange,
) -> Result<Outcome<Grant>, Denial> {
    let before = find::grant(ctx, id).await?;
    if before.revoked.is_some() {
        return Err(AdminReason::StateForbids(
            "the grant was revoked: this cannot be undone".into(),
        )
        .into());
    }
    let mut after = Grant::clone(&before);
    if let Some(texts) = &change.scopes {
        let server = crate::chain::link(ctx, before.resource_server).await?;
        after.scopes = fields::scopes_of_server(&server, Some(texts))?;
        if before.user.is_some() {
            let what = "scopes that the user agreed to";
            fields::require_subset("scopes", &after.scopes, &before.scopes, what)?;
        }
        let kept = after.default_scopes.as_ref().map(|old| old.intersection(&after.scopes));
        after.default_scopes = kept;
    }
    if let Some(texts) = &change.default_scopes {
        after.default_scopes = defaults(&after.scopes, Some(texts))?;
    }
    let mut changes = Changes::new(ctx, actor);
    if after.scopes != before.scopes || after.default_scopes != before.default_scopes {
        let details = detail([("before", json!(before.scopes)), ("after", json!(after.scopes))]);
        changes.replace(&before, &after, "grant.scopes_changed".into(), details);
    }
    Ok(changes.done(after))
}

/// Revokes a grant permanently. A second revocation changes nothing.
///
/// # Errors
/// [`AdminReason::NotFound`], [`AdminReason::InvalidField`].
pub async fn revoke(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
    reason: Option<&str>,
) -> Result<Outcome<Grant>, Denial> {
    let before = find::grant(ctx, id).await?;
    let reason = fields::optional("reason", reason)?;
    let mut after = Grant::clone(&before);
    let mut changes = Changes::new(ctx, actor);
    if before.revoked.is_none() {
        let details = match &reason {
            Some(reason) => detail([("reason", json!(reason))]),
            None => no_detail(),
        };
        after.revoked = Some(changes.revocation(reason));
        // A new consent of the user makes a new grant, so the revoked one releases its handle.
        after.handle = after.handle.filter(|_| before.user.is_none());
        changes.replace(&before, &after, "grant.revoked".into(), details);
    }
    Ok(changes.done(after))
}
