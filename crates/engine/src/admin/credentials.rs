//! Operations that all kinds of credentials share: a credential is issued once, listed without its
//! secret, and revoked permanently.

use base::{Secret, Timestamp};
use domain::{
    Actor, AnySecret, Client, Credential, CredentialDetail, CredentialKind, Organization, Owners,
    ResourceServer, Use, User,
};
use serde_json::json;
use store::Loaded;

use super::{Page, PageQuery, find};
use crate::changes::{Changes, Detail, detail, no_detail};
use crate::fields;
use crate::page;
use crate::{Context, Denial, Outcome, secrets};

/// A new credential and its secret. The secret is shown once and not stored.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The credential.
    pub credential: Credential,
    /// The whole secret string.
    pub secret: Secret<AnySecret>,
}

/// Filters a list: only what belongs to all of these, named by public id.
#[derive(Clone, Debug, Default)]
pub struct OwnerFilter {
    /// The organization.
    pub organization: Option<String>,
    /// The user.
    pub user: Option<String>,
    /// The client.
    pub client: Option<String>,
    /// The resource server.
    pub resource_server: Option<String>,
    /// The grant.
    pub grant: Option<String>,
}

impl OwnerFilter {
    pub(super) async fn owners(&self, ctx: &Context<'_>) -> Result<Owners, Denial> {
        let grant = match &self.grant {
            Some(id) => Some(find::grant(ctx, id).await?.id.as_u128()),
            None => None,
        };
        let organization = self.organization.as_deref();
        let server = self.resource_server.as_deref();
        Ok(Owners {
            organization: find::owner::<Organization>(ctx, "organization", organization).await?,
            user: find::owner::<User>(ctx, "user", self.user.as_deref()).await?,
            client: find::owner::<Client>(ctx, "client", self.client.as_deref()).await?,
            resource_server: find::owner::<ResourceServer>(ctx, "resource_server", server).await?,
            grant,
            variety: None,
        })
    }
}

/// Issues a new credential.
pub(crate) fn new_credential(
    ctx: &Context<'_>,
    label: String,
    expires_at: Option<Timestamp>,
    detail: CredentialDetail,
) -> Issued {
    let issued = secrets::issue(ctx, detail.kind());
    let credential = Credential { label, expires_at, ..secrets::row(ctx, &issued, detail) };
    Issued { credential, secret: issued.secret }
}

/// Adds a new credential and its event to the changes.
pub(crate) fn insert(changes: &mut Changes<'_>, issued: &Issued, details: Detail) {
    let action = format!("{}.created", issued.credential.kind().as_str());
    changes.insert(&issued.credential, action, details);
}

/// One credential of a kind. One that was removed is not found: `why` explains what is left of it.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn read(
    ctx: &Context<'_>,
    kind: CredentialKind,
    id: &str,
) -> Result<Loaded<Credential>, Denial> {
    match find::by_public_id::<Credential>(ctx, id).await {
        Ok(found) if found.kind() == kind && found.removed().is_none() => Ok(found),
        Ok(_) => Err(find::not_found(kind.as_str(), id)),
        Err(denial) if denial.is_not_found() => Err(find::not_found(kind.as_str(), id)),
        Err(other) => Err(other),
    }
}

/// A page of credentials of a kind.
///
/// # Errors
/// An invalid cursor or limit; an owner that does not exist.
pub async fn list(
    ctx: &Context<'_>,
    kind: CredentialKind,
    owned_by: &OwnerFilter,
    query: &PageQuery,
) -> Result<Page<Loaded<Credential>>, Denial> {
    let owners = Owners { variety: Some(kind.as_str()), ..owned_by.owners(ctx).await? };
    page::list(ctx, owners, query).await
}

/// The last uses of these credentials, in the same order.
///
/// # Errors
/// When the store fails.
pub async fn last_uses(
    ctx: &Context<'_>,
    credentials: &[Loaded<Credential>],
) -> Result<Vec<Option<Use>>, Denial> {
    let ids: Vec<_> = credentials.iter().map(|credential| credential.id).collect();
    let uses = ctx.store.uses(&ids).await?;
    Ok(ids.iter().map(|id| uses.iter().find(|it| it.credential == *id).cloned()).collect())
}

/// Revokes a credential permanently, and with it every token minted from it. A second revocation
/// changes nothing.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], [`crate::AdminReason::InvalidField`].
pub async fn revoke(
    ctx: &Context<'_>,
    actor: &Actor,
    kind: CredentialKind,
    id: &str,
    reason: Option<&str>,
) -> Result<Outcome<Credential>, Denial> {
    let before = read(ctx, kind, id).await?;
    let reason = fields::optional("reason", reason)?;
    let mut after = Credential::clone(&before);
    let mut changes = Changes::new(ctx, actor);
    if before.revoked.is_none() {
        let details = match &reason {
            Some(reason) => detail([("reason", json!(reason))]),
            None => no_detail(),
        };
        after.revoked = Some(changes.revocation(reason));
        changes.replace(&before, &after, format!("{}.revoked", kind.as_str()), details);
    }
    Ok(changes.done(after))
}
