//! Personal access tokens, as their owner makes and revokes them.
//!
//! Invariant: a token that is made by a token opens no more than that one does: no scope, API or
//! organization that it lacks, and no day longer. None of them makes others.

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
use crate::{AdminReason, Context, Denial, Outcome};

/// The most tokens of one person that are good at the same time.
pub const MAX_TOKENS: usize = 100;

/// The scope that makes tokens.
const MAKES_TOKENS: &str = "tokens:write";

const KIND: CredentialKind = CredentialKind::PersonalAccessToken;

/// A token to be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewToken {
    /// A name for people.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The resource server's identifier; may be missing where the realm has only one.
    pub audience: Option<String>,
    /// Public id of an organization of yours, where the token acts for one only.
    pub organization: Option<String>,
    /// When it stops by itself (RFC 3339); missing: as late as the realm allows.
    pub expires_at: Option<String>,
}

/// Makes a token. It is shown this once.
///
/// # Errors
/// [`AdminReason::InvalidField`]; [`AdminReason::NotPermitted`] for a scope that the token which makes it
/// lacks; [`AdminReason::StateForbids`] when [`MAX_TOKENS`] are good already.
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
    refuse_too_many(ctx, person).await?;
    let outcome = admin::create(ctx, &person.actor(), &new).await?;
    // Where nothing was said, the realm's longest may be longer than the maker has.
    let ends = |it: Option<&Credential>| it.and_then(|it| it.expires_at);
    match (ends(person.credential()), outcome.reply.credential.expires_at) {
        (Some(latest), made) if made.is_none_or(|made| made > latest) => {
            let new = NewPersonalAccessToken { expires_at: Some(latest.to_string()), ..new };
            admin::create(ctx, &person.actor(), &new).await
        }
        _ => Ok(outcome),
    }
}

/// Refuses what the maker lacks; says what it leaves open.
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
        let expected = format!("scopes other than {MAKES_TOKENS}: no token gives it to another");
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

/// Whether there are other organizations than a person's own, their answer must not tell.
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

async fn refuse_too_many(ctx: &Context<'_>, person: &Person) -> Result<(), Denial> {
    let live = page::count(ctx, owners(person), MAX_TOKENS, |it: &Credential| {
        it.revoked.is_none() && it.expires_at.is_none_or(|at| at > ctx.now)
    });
    if live.await? >= MAX_TOKENS {
        let text = format!("{MAX_TOKENS} tokens are good already: revoke one first");
        return Err(AdminReason::StateForbids(text).into());
    }
    Ok(())
}

fn owners(person: &Person) -> Owners {
    let user = Some(person.user().id.as_u128());
    Owners { user, variety: Some(KIND.as_str()), ..Owners::default() }
}

/// A page of the person's tokens, revoked ones among them.
///
/// # Errors
/// A bad cursor or limit.
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

/// Revokes one of the person's tokens. Doing it twice changes nothing.
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
