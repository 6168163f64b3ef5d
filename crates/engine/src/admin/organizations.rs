//! Organizations: the provider's customers.

use base::Id;
use domain::{Actor, Kind, Organization, Owners, Status};
use serde::Deserialize;
use serde_json::json;
use store::Loaded;

use super::{Page, PageQuery, find};
use crate::changes::{Changes, detail, nothing};
use crate::fields::{self, Budget, Switch};
use crate::page;
use crate::{Context, Denial, Outcome};

/// An organization to be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOrganization {
    /// What the outside shall call it, where it has an identifier already.
    pub public_id: Option<String>,
    /// For people: one line of at most 200 characters.
    pub name: String,
    /// How many tokens may be issued on its behalf, by all who act for it together.
    pub budget: Option<Budget>,
}

/// What to change; what is missing stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationChange {
    /// For people.
    pub name: Option<String>,
    /// Suspended: nothing issued for it is good.
    pub status: Option<Switch>,
    /// New limits, in place of the old ones.
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
    changes.insert(&organization, "organization.created".into(), nothing());
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
        let what = switched.map_or("updated", Switch::participle);
        let action = format!("{}.{what}", Kind::Organization.as_str());
        changes.replace(&before, &after, action, detail([("changed", json!(changed))]));
    }
    Ok(changes.done(after))
}
