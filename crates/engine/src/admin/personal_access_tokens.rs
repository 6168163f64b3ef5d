//! Personal access tokens of users, for their own programs.

use domain::{Actor, CredentialDetail, Grant, Organization, User, UserStatus};
use oauth::ScopeSet;
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::credentials::{self, Issued};
use super::expiry::expiry;
use super::{find, grants};
use crate::changes::{Changes, detail};
use crate::fields;
use crate::{AdminReason, Context, Denial, Outcome};

/// The input to create a personal access token for a user.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPersonalAccessToken {
    /// The public id of the user that the token acts for.
    pub user: String,
    /// A name that people see in lists. It need not be unique.
    pub name: String,
    /// The scopes of the token.
    pub scopes: Vec<String>,
    /// The identifier of the resource server. It may be missing where the realm has exactly one.
    pub audience: Option<String>,
    /// The public id of one of the user's organizations, to limit the token to it.
    pub organization: Option<String>,
    /// When it expires (RFC 3339). If missing: as late as the realm allows.
    pub expires_at: Option<String>,
}

/// Makes a token, and the grant that it belongs to.
///
/// # Errors
/// [`AdminReason::InvalidField`].
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    input: &NewPersonalAccessToken,
) -> Result<Outcome<Issued>, Denial> {
    let name = fields::name("name", &input.name)?;
    let user: Loaded<User> = find::named(ctx, "user", &input.user).await?;
    if user.status != UserStatus::Active {
        return Err(AdminReason::StateForbids("the user is suspended or removed".into()).into());
    }
    let organization = match input.organization.as_deref() {
        Some(id) => Some(membership(ctx, &user, id).await?),
        None => None,
    };
    let server = find::audience(ctx, input.audience.as_deref()).await?;
    let scopes = fields::scopes_of_server(&server, Some(&input.scopes))?;
    refuse_kept_scopes(ctx, actor, &scopes)?;
    let longest = ctx.issuer.dialect().lifetimes().personal_access_token;
    let grant = Grant {
        user: Some(user.id),
        organization: organization.as_ref().map(|it| it.id),
        ..grants::new_grant(ctx, server.id, scopes, None)
    };
    let expires_at = expiry(ctx, input.expires_at.as_deref(), longest)?;
    let of = CredentialDetail::PersonalAccessToken {
        grant: grant.id,
        user: user.id,
        organization: grant.organization,
        status_index: ctx.status_index(),
    };
    let issued = credentials::new_credential(ctx, name, expires_at, of);
    let mut changes = Changes::new(ctx, actor);
    grants::insert(ctx, &mut changes, &grant).await?;
    let details = detail([("user", json!(user.public_id)), ("scopes", json!(grant.scopes))]);
    credentials::insert(&mut changes, &issued, details);
    Ok(changes.done(issued))
}

/// Refuses the scopes that the dialect keeps from personal access tokens, where a user makes the
/// token. Staff may give these scopes: no other way leads to a first token that may make others.
fn refuse_kept_scopes(ctx: &Context<'_>, actor: &Actor, scopes: &ScopeSet) -> Result<(), Denial> {
    if matches!(actor, Actor::AdminKey(_) | Actor::System) {
        return Ok(());
    }
    let kept = scopes.intersection(ctx.issuer.dialect().kept_from_personal_tokens());
    match kept.iter().next() {
        None => Ok(()),
        Some(kept) => {
            let expected = format!("scopes that a personal access token may have; {kept} is none");
            Err(fields::invalid("scopes", expected))
        }
    }
}

async fn membership(
    ctx: &Context<'_>,
    user: &User,
    organization: &str,
) -> Result<Loaded<Organization>, Denial> {
    let found: Loaded<Organization> = find::named(ctx, "organization", organization).await?;
    if user.memberships.iter().any(|known| known.organization == found.id) {
        return Ok(found);
    }
    Err(fields::invalid("organization", "an organization that the user belongs to"))
}
