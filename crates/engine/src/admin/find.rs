//! Finding the records that an administrator names, within the realm.

use base::Id;
use domain::{EntityRecord, Grant, Kind, ResourceServer, User, UserStatus};
use store::{ListQuery, Loaded, StoreExt as _};

use crate::fields::invalid;
use crate::redact::name;
use crate::{AdminReason, Context, Denial};

/// The word for what was not found: a kind of entity, or a narrower word.
pub type NotFoundKind = &'static str;

/// The entity that a path names.
pub(crate) async fn by_public_id<T: EntityRecord>(
    ctx: &Context<'_>,
    public_id: &str,
) -> Result<Loaded<T>, Denial> {
    let found = ctx.store.by_public_id(ctx.issuer.realm(), public_id).await?;
    found.ok_or_else(|| not_found(T::KIND.as_str(), public_id))
}

/// The entity that a field of the input names.
pub(crate) async fn named<T: EntityRecord>(
    ctx: &Context<'_>,
    field: &str,
    public_id: &str,
) -> Result<Loaded<T>, Denial> {
    let found = ctx.store.by_public_id(ctx.issuer.realm(), public_id).await?;
    found.ok_or_else(|| {
        let what = T::KIND.as_str().replace('_', " ");
        invalid(field, format!("the id of an existing {what}; {:?} is none", name(public_id)))
    })
}

/// The grant that a path names. Grants have no name but their identifier.
pub(crate) async fn grant(ctx: &Context<'_>, id: &str) -> Result<Loaded<Grant>, Denial> {
    let missing = || not_found(Kind::Grant.as_str(), id);
    let parsed: Id<Grant> = id.parse().map_err(|_| missing())?;
    let found = ctx.store.by_id(parsed).await?;
    found.filter(|grant| grant.realm == *ctx.issuer.realm()).ok_or_else(missing)
}

/// The resource server that an audience names, by its identifier or public id. Where a realm has
/// only one, it need not be named.
pub(crate) async fn audience(
    ctx: &Context<'_>,
    named: Option<&str>,
) -> Result<Loaded<ResourceServer>, Denial> {
    let Some(named) = named else {
        let only = only_resource_server(ctx).await?;
        let expected = "a resource server's identifier: this realm does not have exactly one";
        return only.ok_or_else(|| invalid("audience", expected));
    };
    resource_server(ctx, "audience", named).await
}

/// The resource server that `field` names by its identifier or public id.
///
/// # Errors
/// [`crate::AdminReason::InvalidField`] of that field.
pub(crate) async fn resource_server(
    ctx: &Context<'_>,
    field: &str,
    named: &str,
) -> Result<Loaded<ResourceServer>, Denial> {
    let realm = ctx.issuer.realm();
    if let Some(found) = ctx.store.by_handle(realm, named).await? {
        return Ok(found);
    }
    let found = ctx.store.by_public_id(realm, named).await?;
    found.ok_or_else(|| {
        invalid(field, format!("a resource server's identifier; {:?} is none", name(named)))
    })
}

/// The resource server of a realm that has exactly one; `None`: it has none or several.
pub(crate) async fn only_resource_server(
    ctx: &Context<'_>,
) -> Result<Option<Loaded<ResourceServer>>, Denial> {
    let query = ListQuery {
        kind: ResourceServer::KIND,
        realm: ctx.issuer.realm().clone(),
        owners: domain::Owners::default(),
        after: None,
        limit: 2,
    };
    let mut servers = ctx.store.page::<ResourceServer>(query).await?;
    let last = servers.pop();
    Ok(last.filter(|_| servers.is_empty()))
}

/// The identifier of the owner that a list is filtered by.
pub(crate) async fn owner<T: EntityRecord>(
    ctx: &Context<'_>,
    field: &str,
    public_id: Option<&str>,
) -> Result<Option<u128>, Denial> {
    match public_id {
        Some(id) => Ok(Some(named::<T>(ctx, field, id).await?.id().as_u128())),
        None => Ok(None),
    }
}

pub(crate) fn not_found(what: NotFoundKind, id: &str) -> Denial {
    AdminReason::NotFound { what, id: id.to_owned() }.into()
}

/// A user who was not removed.
pub(crate) async fn existing_user(ctx: &Context<'_>, id: &str) -> Result<Loaded<User>, Denial> {
    let user: Loaded<User> = by_public_id(ctx, id).await?;
    if user.status == UserStatus::Removed {
        return Err(AdminReason::StateForbids(
            "the user was removed: this cannot be undone".into(),
        )
        .into());
    }
    Ok(user)
}
