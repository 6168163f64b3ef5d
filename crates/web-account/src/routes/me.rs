//! `/me`: the user's own data.

use axum::routing::MethodFilter;
use domain::Organization;
use engine::Denial;
use serde::Serialize;
use utoipa::ToSchema;
use web_base::names::Names;
use web_rest::row;
use web_rest::views::{NoQuery, time};

use crate::call::{Call, Table};

/// Your own data.
#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
struct MeView {
    id: String,
    email: String,
    email_verified: bool,
    name: String,
    /// At the provider as a whole.
    role: String,
    company: Option<String>,
    bio: Option<String>,
    avatar: Option<String>,
    memberships: Vec<MembershipView>,
    created_at: String,
}

/// Your membership in an organization.
#[derive(Serialize, ToSchema)]
#[schema(as = Membership)]
struct MembershipView {
    /// Public id of the organization.
    organization: String,
    name: String,
    role: String,
}

pub(super) fn rows(table: Table) -> Table {
    table
        .about("Me", "Who you are.")
        .read(row(MethodFilter::GET, "/me", "profile:read", "Read who you are"), show)
}

async fn show(call: Call, _: NoQuery) -> Result<MeView, Denial> {
    let ctx = call.context();
    let it = call.caller().user();
    let mut names = Names::new(&ctx);
    let mut memberships = Vec::with_capacity(it.memberships.len());
    for membership in &it.memberships {
        let found = names.entity::<Organization>(membership.organization).await?;
        let Some(organization) = found else { continue };
        memberships.push(MembershipView {
            organization: organization.public_id.to_string(),
            name: organization.name.clone(),
            role: membership.role.clone(),
        });
    }
    Ok(MeView {
        id: it.public_id.to_string(),
        email: it.email.clone(),
        email_verified: it.email_verified,
        name: it.name.clone(),
        role: it.role.clone(),
        company: it.profile.company.clone(),
        bio: it.profile.bio.clone(),
        avatar: it.profile.avatar.clone(),
        memberships,
        created_at: time(it.created_at),
    })
}
