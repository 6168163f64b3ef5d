//! Resource servers: the APIs that tokens are for, and their scopes.

use std::time::Duration;

use base::Id;
use domain::{
    Actor, Algorithm, Owners, ResourceServer, ScopeDefinition, Status, TokenFormat, TokenPolicy,
};
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::{Page, PageQuery, find};
use crate::changes::{Changes, detail, no_detail};
use crate::fields::{self, NewStatus, invalid};
use crate::page;
use crate::retention::recorded;
use crate::{Context, Denial, Outcome, keys};

/// The longest identifier, in bytes.
const MAX_IDENTIFIER: usize = 255;
/// The longest lifetime of tokens that a resource server may have: 10 years, in seconds.
const MAX_LIFETIME: u64 = 10 * 366 * 86_400;

/// A scope, and its description for users.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewScope {
    /// The name of the scope.
    pub scope: String,
    /// One sentence that says what the scope allows. The consent page shows it.
    #[serde(default)]
    pub description: String,
}

/// How the tokens of a resource server differ from the realm's dialect. A missing field follows the
/// dialect.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenSettings {
    /// The format of access tokens: `jwt` or `opaque`.
    pub format: Option<String>,
    /// The signature algorithm of JWTs: `ES256`, `EdDSA`, `RS256` or `HS256`.
    pub algorithm: Option<String>,
    /// The lifetime of access tokens, in seconds.
    pub lifetime: Option<u64>,
}

/// The input to create a resource server (an API).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewResourceServer {
    /// The public id: the user name with which it authenticates to introspect. If missing: a new
    /// one.
    pub public_id: Option<String>,
    /// The audience of its tokens. It is unique in the realm.
    pub identifier: String,
    /// The name that people see.
    pub name: String,
    /// The scopes that it has.
    #[serde(default)]
    pub scopes: Vec<NewScope>,
    /// How its tokens differ from the dialect.
    #[serde(default)]
    pub tokens: TokenSettings,
}

/// The fields to change. A missing field stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResourceServerChange {
    /// The name that people see.
    pub name: Option<String>,
    /// `suspended`: no tokens are issued for it, and its tokens are refused.
    pub status: Option<NewStatus>,
    /// How its tokens differ from the dialect. It replaces the old value as a whole.
    pub tokens: Option<TokenSettings>,
}

/// Adds a resource server.
///
/// # Errors
/// [`crate::AdminReason::InvalidField`]; [`crate::AdminReason::NameTaken`] when identifier or public id is taken.
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    input: &NewResourceServer,
) -> Result<Outcome<ResourceServer>, Denial> {
    let id = Id::new(ctx.now, ctx.rng);
    let server = ResourceServer {
        id,
        realm: ctx.issuer.realm().clone(),
        public_id: fields::public_id_or_new(ctx, input.public_id.as_deref(), id)?,
        identifier: identifier(&input.identifier)?,
        name: fields::name("name", &input.name)?,
        scopes: definitions(&input.scopes)?,
        tokens: policy(&input.tokens)?,
        token_lifetimes: None,
        status: Status::Active,
        created_at: ctx.now,
    };
    let server = ResourceServer { token_lifetimes: Some(recorded(ctx, &server)), ..server };
    let mut changes = Changes::new(ctx, actor);
    changes.insert(&server, "resource_server.created".into(), no_detail());
    key_for(ctx, &mut changes, &server.tokens).await?;
    Ok(changes.done(server))
}

/// Makes a signing key where the resource server uses an algorithm that the realm has no key for.
async fn key_for(
    ctx: &Context<'_>,
    changes: &mut Changes<'_>,
    tokens: &TokenPolicy,
) -> Result<(), Denial> {
    if let Some(algorithm) = tokens.algorithm {
        changes.absorb(keys::ensure(ctx, &[algorithm]).await?.batch);
    }
    Ok(())
}

/// Parses an identifier: an absolute URI without fragment (RFC 8707 §2), or a plain name, since
/// some published systems use these.
fn identifier(text: &str) -> Result<String, Denial> {
    let fits = (1..=MAX_IDENTIFIER).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\' | b'#'));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(invalid("identifier", "1 to 255 printable characters without spaces, quotes and '#'"))
    }
}

fn definitions(inputs: &[NewScope]) -> Result<Vec<ScopeDefinition>, Denial> {
    let mut scopes: Vec<ScopeDefinition> = Vec::with_capacity(inputs.len());
    for input in inputs {
        let definition = definition(input)?;
        if scopes.iter().any(|known| known.scope == definition.scope) {
            return Err(invalid("scopes", format!("each scope once; {} is repeated", input.scope)));
        }
        scopes.push(definition);
    }
    limit(&scopes)?;
    Ok(scopes)
}

fn definition(input: &NewScope) -> Result<ScopeDefinition, Denial> {
    Ok(ScopeDefinition {
        scope: fields::scope("scope", &input.scope)?,
        description: fields::label("description", &input.description)?,
    })
}

fn limit(scopes: &[ScopeDefinition]) -> Result<(), Denial> {
    if scopes.len() > oauth::MAX_SCOPES {
        return Err(invalid("scopes", format!("at most {} scopes", oauth::MAX_SCOPES)));
    }
    Ok(())
}

fn policy(tokens: &TokenSettings) -> Result<TokenPolicy, Denial> {
    let format = [("jwt", TokenFormat::Jwt), ("opaque", TokenFormat::Opaque)];
    let algorithm = [
        ("ES256", Algorithm::ES256),
        ("EdDSA", Algorithm::EdDSA),
        ("RS256", Algorithm::RS256),
        ("HS256", Algorithm::HS256),
    ];
    if tokens.lifetime.is_some_and(|seconds| !(1..=MAX_LIFETIME).contains(&seconds)) {
        return Err(invalid("tokens.lifetime", format!("seconds from 1 to {MAX_LIFETIME}")));
    }
    Ok(TokenPolicy {
        format: tokens
            .format
            .as_deref()
            .map(|text| fields::one_of("tokens.format", text, &format))
            .transpose()?,
        algorithm: tokens
            .algorithm
            .as_deref()
            .map(|text| fields::one_of("tokens.algorithm", text, &algorithm))
            .transpose()?,
        lifetime: tokens.lifetime.map(Duration::from_secs),
    })
}

/// One resource server.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn read(ctx: &Context<'_>, id: &str) -> Result<Loaded<ResourceServer>, Denial> {
    find::by_public_id(ctx, id).await
}

/// A page of resource servers.
///
/// # Errors
/// An invalid cursor or limit.
pub async fn list(
    ctx: &Context<'_>,
    query: &PageQuery,
) -> Result<Page<Loaded<ResourceServer>>, Denial> {
    page::list(ctx, Owners::default(), query).await
}

/// Changes a resource server.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], [`crate::AdminReason::InvalidField`].
pub async fn update(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
    change: &ResourceServerChange,
) -> Result<Outcome<ResourceServer>, Denial> {
    let before: Loaded<ResourceServer> = find::by_public_id(ctx, id).await?;
    let mut after = ResourceServer::clone(&before);
    let mut changed = Vec::new();
    if let Some(name) = &change.name {
        after.name = fields::name("name", name)?;
        changed.push("name");
    }
    if let Some(tokens) = &change.tokens {
        after.tokens = policy(tokens)?;
        after.token_lifetimes = Some(recorded(ctx, &after));
        changed.push("tokens");
    }
    let switched = change.status.filter(|status| Status::from(*status) != before.status);
    if let Some(status) = switched {
        after.status = status.into();
        changed.push("status");
    }
    let mut changes = Changes::new(ctx, actor);
    if !changed.is_empty() {
        let what = switched.map_or("updated", NewStatus::participle);
        let details = detail([("changed", json!(changed))]);
        changes.replace(&before, &after, format!("resource_server.{what}"), details);
        key_for(ctx, &mut changes, &after.tokens).await?;
    }
    Ok(changes.done(after))
}

/// Adds a scope, or changes its description.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], [`crate::AdminReason::InvalidField`].
pub async fn put_scope(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
    input: &NewScope,
) -> Result<Outcome<ResourceServer>, Denial> {
    let before: Loaded<ResourceServer> = find::by_public_id(ctx, id).await?;
    let new = definition(input)?;
    let mut after = ResourceServer::clone(&before);
    match after.scopes.iter_mut().find(|known| known.scope == new.scope) {
        Some(known) => known.description.clone_from(&new.description),
        None => after.scopes.push(new.clone()),
    }
    limit(&after.scopes)?;
    let mut changes = Changes::new(ctx, actor);
    if after.scopes != before.scopes {
        let details = detail([("scope", json!(new.scope))]);
        changes.replace(&before, &after, "resource_server.scope_set".into(), details);
    }
    Ok(changes.done(after))
}

/// Removes a scope: it can no longer be granted. Grants that have it keep it until they are
/// changed.
///
/// # Errors
/// [`crate::AdminReason::NotFound`] when there is no such resource server or scope.
pub async fn remove_scope(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
    scope: &str,
) -> Result<Outcome<ResourceServer>, Denial> {
    let before: Loaded<ResourceServer> = find::by_public_id(ctx, id).await?;
    let mut after = ResourceServer::clone(&before);
    after.scopes.retain(|known| known.scope.as_str() != scope);
    if after.scopes.len() == before.scopes.len() {
        return Err(find::not_found("scope", scope));
    }
    let mut changes = Changes::new(ctx, actor);
    let details = detail([("scope", json!(scope))]);
    changes.replace(&before, &after, "resource_server.scope_removed".into(), details);
    Ok(changes.done(after))
}
