//! Personal access tokens: their owner creates, lists and revokes them.
//!
//! Invariant: a token that was created with another token allows no more than that one: no further
//! scope, API or organization, and no later expiry. Such a token never has the scope that creates
//! tokens.

use domain::{Credential, CredentialKind, Organization, Owners};
use serde::Deserialize;
use store::{Loaded, StoreExt as _};

use super::Person;
use crate::admin::credentials::{self, Issued};
use crate::admin::personal_access_tokens::{self as admin, NewPersonalAccessToken};
use crate::admin::{Page, PageQuery, find};
use crate::fields::{self, invalid};
use crate::page;
use crate::present::Verified;
use crate::retention::Room;
use crate::{AdminReason, Context, Denial, Outcome};

/// The most tokens of one person that are active at the same time.
pub const MAX_TOKENS: usize = 100;

/// The scope that allows to create tokens.
const MAKES_TOKENS: &str = "tokens:write";

const KIND: CredentialKind = CredentialKind::PersonalAccessToken;

/// The input to create a personal access token.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewToken {
    /// A name that people see in lists. It need not be unique.
    pub name: String,
    /// The scopes of the token.
    pub scopes: Vec<String>,
    /// The identifier of the resource server. It may be missing where the realm has exactly one.
    pub audience: Option<String>,
    /// The public id of one of your organizations, to limit the token to it.
    pub organization: Option<String>,
    /// When it expires (RFC 3339). If missing: as late as the realm allows.
    pub expires_at: Option<String>,
}

/// Creates a token. The token string is returned only this once.
///
/// # Errors
/// [`AdminReason::InvalidField`]; [`AdminReason::NotPermitted`] for a scope that the creating token
/// lacks; [`AdminReason::StateForbids`] when [`MAX_TOKENS`] tokens are active already.
pub async fn create(
    ctx: &Context<'_>,
    person: &Person,
    input: &NewToken,
) -> Result<Outcome<Issued>, Denial> {
    let mut new = NewPersonalAccessToken {
        user: person.user().public_id.to_string(),
        name: input.name.clone(),
        scopes: input.scopes.clone(),
        audience: input.audience.clone(),
        organization: input.organization.clone(),
        expires_at: input.expires_at.clone(),
    };
    if let Some(id) = input.organization.as_deref() {
        check_organization(ctx, person, id).await?;
    }
    if let Some(maker) = person.token() {
        narrow(ctx, maker, &mut new).await?;
    }
    let Room { live, batch } = Room::of(ctx, owners(person)).await?;
    if live.len() >= MAX_TOKENS {
        let text = format!("there are {MAX_TOKENS} active tokens already: revoke one first");
        return Err(AdminReason::StateForbids(text).into());
    }
    let mut outcome = made(ctx, person, new).await?;
    outcome.batch.writes.extend(batch.writes);
    Ok(outcome)
}

/// Makes the token. Without a requested expiry, the realm's default may be later than the expiry of the
/// creating token.
async fn made(
    ctx: &Context<'_>,
    person: &Person,
    new: NewPersonalAccessToken,
) -> Result<Outcome<Issued>, Denial> {
    let outcome = admin::create(ctx, &person.actor(), &new).await?;
    let ends = |it: Option<&Credential>| it.and_then(|it| it.expires_at);
    match (ends(person.credential()), outcome.reply.credential.expires_at) {
        (Some(latest), made) if made.is_none_or(|made| made > latest) => {
            let new = NewPersonalAccessToken { expires_at: Some(latest.to_string()), ..new };
            admin::create(ctx, &person.actor(), &new).await
        }
        _ => Ok(outcome),
    }
}

/// Denies what the creating token lacks, and fills in from it the fields that the request left out.
async fn narrow(
    ctx: &Context<'_>,
    maker: &Verified,
    new: &mut NewPersonalAccessToken,
) -> Result<(), Denial> {
    let asked = fields::scopes("scopes", &new.scopes)?;
    if let Some(beyond) = asked.first_not_in(&maker.scopes) {
        return Err(AdminReason::NotPermitted(beyond.to_string()).into());
    }
    if asked.contains(MAKES_TOKENS) {
        let expected =
            format!("scopes without {MAKES_TOKENS}: a token cannot give it to another token");
        return Err(invalid("scopes", expected));
    }
    let own = &maker.chain.resource_server;
    if let Some(named) = new.audience.as_deref()
        && find::audience(ctx, Some(named)).await?.id != own.id
    {
        return Err(invalid("audience", "that of the token which makes it"));
    }
    new.audience = Some(own.identifier.clone());
    if let Some(own) = &maker.chain.organization {
        if new.organization.as_ref().is_some_and(|named| *named != own.public_id.as_str()) {
            return Err(invalid("organization", "that of the token which makes it"));
        }
        new.organization = Some(own.public_id.to_string());
    }
    let later = |latest| {
        let asked = new.expires_at.as_deref().and_then(|it| it.parse().ok());
        asked.is_some_and(|asked: base::Timestamp| asked > latest)
    };
    match maker.expires_at {
        Some(latest) if later(latest) => {
            Err(invalid("expires_at", format!("a moment no later than {latest}")))
        }
        _ => Ok(()),
    }
}

/// Checks that the organization is one of the person's. The error is the same for an unknown
/// organization, so that it does not show which ones exist.
async fn check_organization(ctx: &Context<'_>, person: &Person, id: &str) -> Result<(), Denial> {
    let found: Option<Loaded<Organization>> =
        ctx.store.by_public_id(ctx.issuer.realm(), id).await?;
    let own = |it: &Loaded<Organization>| {
        person.user().memberships.iter().any(|known| known.organization == it.id)
    };
    match found.filter(own) {
        Some(_) => Ok(()),
        None => Err(invalid("organization", "the id of an organization of yours")),
    }
}

fn owners(person: &Person) -> Owners {
    Owners { variety: Some(KIND.as_str()), ..person.owners() }
}

/// A page of the person's tokens, including revoked ones.
///
/// # Errors
/// When the cursor or the limit is invalid.
pub async fn list(
    ctx: &Context<'_>,
    person: &Person,
    query: &PageQuery,
) -> Result<Page<Loaded<Credential>>, Denial> {
    page::list(ctx, owners(person), query).await
}

/// One of the person's tokens.
///
/// # Errors
/// [`AdminReason::NotFound`].
pub async fn read(
    ctx: &Context<'_>,
    person: &Person,
    id: &str,
) -> Result<Loaded<Credential>, Denial> {
    let found = credentials::read(ctx, KIND, id).await?;
    if found.user() == Some(person.user().id) {
        return Ok(found);
    }
    Err(find::not_found(KIND.as_str(), id))
}

/// Revokes one of the person's tokens. Revoking it again changes nothing.
///
/// # Errors
/// [`AdminReason::NotFound`].
pub async fn revoke(
    ctx: &Context<'_>,
    person: &Person,
    id: &str,
) -> Result<Outcome<Credential>, Denial> {
    let found = read(ctx, person, id).await?;
    credentials::revoke(ctx, &person.actor(), KIND, found.public_id.as_str(), None).await
}
