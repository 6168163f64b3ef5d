//! Organizations: the provider's customers.

use base::Id;
use domain::{Actor, Kind, Organization, Owners, Status};
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::{Page, PageQuery, find};
use crate::changes::{Changes, detail, no_detail};
use crate::fields::{self, Budget, NewStatus};
use crate::page;
use crate::{Context, Denial, Outcome};

/// The input to create an organization.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOrganization {
    /// The public id, for an organization that has one in another system. If missing: a new one.
    pub public_id: Option<String>,
    /// The name that people see: one line of at most 200 characters.
    pub name: String,
    /// How many tokens may be issued for the organization, for all its clients together.
    pub budget: Option<Budget>,
}

/// The fields to change. A missing field stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationChange {
    /// The name that people see.
    pub name: Option<String>,
    /// `suspended`: no tokens are issued for the organization, and its credentials and tokens are
    /// refused.
    pub status: Option<NewStatus>,
    /// The new limits. They replace the old ones.
    pub budget: Option<Budget>,
}

/// Adds an organization.
///
/// # Errors
/// [`crate::AdminReason::InvalidField`]; [`crate::AdminReason::NameTaken`] when the public id is taken.
pub async fn create(
    ctx: &Context<'_>,
    actor: &Actor,
    input: &NewOrganization,
) -> Result<Outcome<Organization>, Denial> {
    let id = Id::new(ctx.now, ctx.rng);
    let organization = Organization {
        id,
        realm: ctx.issuer.realm().clone(),
        public_id: fields::public_id_or_new(ctx, input.public_id.as_deref(), id)?,
        name: fields::name("name", &input.name)?,
        status: Status::Active,
        budget: input.budget.unwrap_or_default().into(),
        created_at: ctx.now,
    };
    let mut changes = Changes::new(ctx, actor);
    changes.insert(&organization, "organization.created".into(), no_detail());
    Ok(changes.done(organization))
}

/// One organization.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn read(ctx: &Context<'_>, id: &str) -> Result<Loaded<Organization>, Denial> {
    find::by_public_id(ctx, id).await
}

/// A page of organizations.
///
/// # Errors
/// An invalid cursor or limit.
pub async fn list(
    ctx: &Context<'_>,
    query: &PageQuery,
) -> Result<Page<Loaded<Organization>>, Denial> {
    page::list(ctx, Owners::default(), query).await
}

/// Changes an organization.
///
/// # Errors
/// [`crate::AdminReason::NotFound`], [`crate::AdminReason::InvalidField`].
pub async fn update(
    ctx: &Context<'_>,
    actor: &Actor,
    id: &str,
    change: &OrganizationChange,
) -> Result<Outcome<Organization>, Denial> {
    let before: Loaded<Organization> = find::by_public_id(ctx, id).await?;
    let mut after = Organization::clone(&before);
    let mut changed = Vec::new();
    if let Some(name) = &change.name {
        after.name = fields::name("name", name)?;
        changed.push("name");
    }
    if let Some(budget) = change.budget {
        after.budget = budget.into();
        changed.push("budget");
    }
    let mut changes = Changes::new(ctx, actor);
    let switched = change.status.filter(|status| Status::from(*status) != before.status);
    if let Some(status) = switched {
        after.status = status.into();
        changed.push("status");
    }
    if !changed.is_empty() {
        let what = switched.map_or("updated", NewStatus::participle);
        let action = format!("{}.{what}", Kind::Organization.as_str());
        changes.replace(&before, &after, action, detail([("changed", json!(changed))]));
    }
    Ok(changes.done(after))
}
