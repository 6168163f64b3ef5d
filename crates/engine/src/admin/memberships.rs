//! Memberships of users in organizations, with a role.

use domain::{Actor, Membership, Organization, User};
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::find;
use crate::changes::{Changes, detail};
use crate::fields;
use crate::{Context, Denial, Outcome};

/// The most organizations that one user can belong to.
const MAX_MEMBERSHIPS: usize = 200;

/// How many ended memberships of one user are kept. Beyond it, the oldest is deleted. A verifier
/// that checks tokens offline and did not receive its end may then accept an old token.
const MAX_FORMER: usize = 1_000;

/// A membership of a user in an organization.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMembership {
    /// The public id of the organization.
    pub organization: String,
    /// The user's role there, as the provider names it, such as `admin`. If missing: `member`.
    pub role: Option<String>,
}

/// The role of a member where none is named.
const DEFAULT_ROLE: &str = "member";

/// Parses the memberships of a new user.
pub(super) async fn resolve(
    ctx: &Context<'_>,
    inputs: &[NewMembership],
) -> Result<Vec<Membership>, Denial> {
    limit(inputs.len())?;
    let mut memberships: Vec<Membership> = Vec::with_capacity(inputs.len());
    for input in inputs {
        let organization: Loaded<Organization> =
            find::named(ctx, "memberships.organization", &input.organization).await?;
        if memberships.iter().any(|known| known.organization == organization.id) {
            return Err(fields::invalid("memberships", "each organization once"));
        }
        memberships.push(Membership { organization: organization.id, role: role(input)? });
    }
    Ok(memberships)
}

fn role(input: &NewMembership) -> Result<String, Denial> {
    fields::name("role", input.role.as_deref().unwrap_or(DEFAULT_ROLE))
}

fn limit(count: usize) -> Result<(), Denial> {
    if count > MAX_MEMBERSHIPS {
        return Err(fields::invalid("memberships", format!("at most {MAX_MEMBERSHIPS}")));
    }
    Ok(())
}

/// Makes a user a member of an organization, or changes the role of a member.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], [`crate::AdminReason::InvalidField`], [`crate::AdminReason::StateForbids`].
pub async fn put(
    ctx: &Context<'_>,
    actor: &Actor,
    user: &str,
    input: &NewMembership,
) -> Result<Outcome<User>, Denial> {
    let before = find::existing_user(ctx, user).await?;
    let organization: Loaded<Organization> = find::by_public_id(ctx, &input.organization).await?;
    let membership = Membership { organization: organization.id, role: role(input)? };
    let mut after = User::clone(&before);
    after.memberships.retain(|known| known.organization != organization.id);
    after.former_memberships.retain(|former| *former != organization.id);
    after.memberships.push(membership.clone());
    limit(after.memberships.len())?;
    let mut changes = Changes::new(ctx, actor);
    if !before.memberships.contains(&membership) {
        let details = detail([
            ("organization", json!(organization.public_id)),
            ("role", json!(membership.role)),
        ]);
        changes.replace(&before, &after, "user.membership_set".into(), details);
    }
    Ok(changes.done(after))
}

/// Ends a membership. Nothing changes where there is none.
///
/// # Errors
/// [`crate::AdminReason::NotFound`] when there is no such user or organization.
pub async fn remove(
    ctx: &Context<'_>,
    actor: &Actor,
    user: &str,
    organization: &str,
) -> Result<Outcome<User>, Denial> {
    let before: Loaded<User> = find::by_public_id(ctx, user).await?;
    let organization: Loaded<Organization> = find::by_public_id(ctx, organization).await?;
    let mut after = User::clone(&before);
    after.memberships.retain(|known| known.organization != organization.id);
    let mut changes = Changes::new(ctx, actor);
    if after.memberships != before.memberships {
        after.former_memberships.push(organization.id);
        let beyond = after.former_memberships.len().saturating_sub(MAX_FORMER);
        after.former_memberships.drain(..beyond);
        let details = detail([("organization", json!(organization.public_id))]);
        changes.replace(&before, &after, "user.membership_removed".into(), details);
    }
    Ok(changes.done(after))
}
