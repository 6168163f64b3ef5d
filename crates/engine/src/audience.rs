//! The API that a request names: by `audience`, as it is registered, and by `resource`, as a URI
//! (RFC 8707 §2).
//!
//! A token is for one API. Where a request names several by `resource`, those that the realm does
//! not have are left out; the caller decides about the others.

use domain::{EntityRecord as _, Owners, ResourceServer};
use oauth::{Parameter, Parameters, is_uri, same_resource};
use store::{ListQuery, Loaded, MAX_PAGE, StoreError, StoreExt as _};

use crate::{Context, Denial, ScopeReason};

/// The APIs that a request names, each once; empty where it names none. The inner error says why
/// there is none: the realm has none of them, or `resource` names another one than `audience`.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn named(
    ctx: &Context<'_>,
    parameters: &Parameters,
) -> Result<Result<Vec<Loaded<ResourceServer>>, ScopeReason>, StoreError> {
    let resources: Vec<&str> = parameters.values(Parameter::Resource).collect();
    let named = parameters.value(Parameter::Audience);
    let other = named.filter(|audience| {
        !resources.is_empty() && !resources.iter().any(|it| same_resource(it, audience))
    });
    let found = match (named, other) {
        (Some(_), Some(_)) => Vec::new(),
        (Some(audience), None) => by_identifier(ctx, audience).await?.into_iter().collect(),
        (None, _) => by_resource(ctx, &resources).await?,
    };
    let name = if other.is_some() { None } else { named }.or(resources.first().copied());
    Ok(match name {
        Some(name) if found.is_empty() => Err(ScopeReason::AudienceUnknown(name.to_owned())),
        _ => Ok(found),
    })
}

/// Checks that a request that names APIs names this one.
///
/// # Errors
/// [`ScopeReason::AudienceNotGranted`].
pub(crate) fn check(parameters: &Parameters, server: &ResourceServer) -> Result<(), Denial> {
    let own = &server.identifier;
    let other = |name: &str| Denial::from(ScopeReason::AudienceNotGranted(name.to_owned()));
    if let Some(audience) = parameters.value(Parameter::Audience).filter(|it| it != own) {
        return Err(other(audience));
    }
    let mut resources = parameters.values(Parameter::Resource).peekable();
    match resources.peek().copied() {
        Some(first) if !resources.any(|it| same_resource(it, own)) => Err(other(first)),
        _ => Ok(()),
    }
}

async fn by_identifier(
    ctx: &Context<'_>,
    identifier: &str,
) -> Result<Option<Loaded<ResourceServer>>, StoreError> {
    // No identifier has them, and a database may not take them.
    if identifier.contains(char::is_control) {
        return Ok(None);
    }
    ctx.store.by_handle(ctx.issuer.realm(), identifier).await
}

/// The APIs with these identifiers. The text itself is looked up first, which is nearly always
/// enough.
async fn by_resource(
    ctx: &Context<'_>,
    resources: &[&str],
) -> Result<Vec<Loaded<ResourceServer>>, StoreError> {
    let mut found: Vec<Loaded<ResourceServer>> = Vec::new();
    let mut others = Vec::new();
    for resource in resources {
        match by_identifier(ctx, resource).await? {
            Some(server) => found.push(server),
            None => others.push(*resource),
        }
    }
    others.retain(|it| is_uri(it));
    if !others.is_empty() {
        let all = all(ctx).await?;
        let is_named = |server: &Loaded<ResourceServer>| {
            others.iter().any(|it| same_resource(it, &server.identifier))
        };
        found.extend(all.into_iter().filter(is_named));
    }
    found.sort_by_key(|server| server.id);
    found.dedup_by_key(|server| server.id);
    Ok(found)
}

/// Every API of the realm.
pub(crate) async fn all(ctx: &Context<'_>) -> Result<Vec<Loaded<ResourceServer>>, StoreError> {
    let mut servers: Vec<Loaded<ResourceServer>> = Vec::new();
    loop {
        let query = ListQuery {
            kind: ResourceServer::KIND,
            realm: ctx.issuer.realm().clone(),
            owners: Owners::default(),
            after: servers.last().map(|server| server.id.as_u128()),
            limit: MAX_PAGE,
        };
        let page = ctx.store.page::<ResourceServer>(query).await?;
        let last = page.len() < MAX_PAGE;
        servers.extend(page);
        if last {
            return Ok(servers);
        }
    }
}
