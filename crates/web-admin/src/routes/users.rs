//! `/users` and their memberships.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::{User, UserStatus};
use engine::admin::NewStatus;
use engine::admin::memberships::{self, NewMembership};
use engine::admin::users::{self, NewUser, UserChange};
use engine::{Context, Denial, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web_base::names::Names;
use web_rest::views::{List, NoQuery, Nothing, PageParams, time};
use web_rest::{Made, row};

use crate::call::{Call, Table};

/// A person known to the provider.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct UserView {
    id: String,
    email: String,
    email_verified: bool,
    name: String,
    /// The role at the provider.
    role: String,
    company: Option<String>,
    bio: Option<String>,
    avatar: Option<String>,
    /// `active`, `suspended` or `removed`.
    status: &'static str,
    memberships: Vec<MembershipView>,
    created_at: String,
}

/// A membership in an organization.
#[derive(Serialize, ToSchema)]
#[schema(as = Membership)]
pub(super) struct MembershipView {
    /// Public id of the organization.
    organization: String,
    role: String,
}

/// The role of a user in an organization.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    /// The role, as the provider names it. If missing: `member`.
    role: Option<String>,
}

pub(super) async fn view(ctx: &Context<'_>, it: &User) -> Result<UserView, Denial> {
    let mut names = Names::new(ctx);
    let mut memberships = Vec::with_capacity(it.memberships.len());
    for membership in &it.memberships {
        let organization = names.of(Some(membership.organization)).await?.unwrap_or_default();
        memberships.push(MembershipView { organization, role: membership.role.clone() });
    }
    Ok(UserView {
        id: it.public_id.to_string(),
        email: it.email.clone(),
        email_verified: it.email_verified,
        name: it.name.clone(),
        role: it.role.clone(),
        company: it.profile.company.clone(),
        bio: it.profile.bio.clone(),
        avatar: it.profile.avatar.clone(),
        status: match it.status {
            UserStatus::Active => "active",
            UserStatus::Suspended => "suspended",
            UserStatus::Removed => "removed",
        },
        memberships,
        created_at: time(it.created_at),
    })
}

async fn shown(ctx: &Context<'_>, outcome: Outcome<User>) -> Result<Outcome<UserView>, Denial> {
    let reply = view(ctx, &outcome.reply).await?;
    Ok(Outcome { batch: outcome.batch, reply })
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("users:read", "users:write");
    let one = "/users/{id}";
    let of_user = "/users/{id}/memberships";
    let membership = "/users/{id}/memberships/{organization}";
    table
        .about("Users", "People, and the organizations they belong to.")
        .create(row(MethodFilter::POST, "/users", write, "Create a user"), create)
        .read(row(MethodFilter::GET, "/users", read, "List users"), list)
        .read(row(MethodFilter::GET, one, read, "Read a user"), show)
        .change(row(MethodFilter::PATCH, one, write, "Change a user"), update)
        .change(row(MethodFilter::DELETE, one, write, "Remove a user permanently"), remove)
        .change(
            row(MethodFilter::POST, "/users/{id}/suspend", write, "Suspend a user"),
            |call, _: Arc<Nothing>| switch(call, NewStatus::Suspended),
        )
        .change(
            row(MethodFilter::POST, "/users/{id}/activate", write, "Activate a user again"),
            |call, _: Arc<Nothing>| switch(call, NewStatus::Active),
        )
        .read(row(MethodFilter::GET, of_user, read, "List a user's memberships"), memberships)
        .change(
            row(MethodFilter::PUT, membership, write, "Make a user a member, or change the role"),
            put_membership,
        )
        .change(row(MethodFilter::DELETE, membership, write, "End a membership"), end_membership)
}

async fn create(call: Call, input: Arc<NewUser>) -> Result<Outcome<Made<UserView>>, Denial> {
    let ctx = call.context();
    let hash = match &input.password {
        Some(password) => Some(hash(&call, password).await?),
        None => None,
    };
    let made = users::create_with_password(&ctx, call.actor(), &input, hash).await?;
    let outcome = shown(&ctx, made).await?;
    Ok(web_rest::views::shown(outcome, |view| Made { id: view.id.clone(), view }))
}

async fn list(call: Call, query: PageParams) -> Result<List<UserView>, Denial> {
    let ctx = call.context();
    let page = users::list(&ctx, &query.into()).await?;
    let mut data = Vec::with_capacity(page.items.len());
    for user in &page.items {
        data.push(view(&ctx, user).await?);
    }
    Ok(List { data, next: page.next })
}

async fn show(call: Call, _: NoQuery) -> Result<UserView, Denial> {
    let ctx = call.context();
    view(&ctx, &*users::read(&ctx, call.id()).await?).await
}

async fn update(call: Call, change: Arc<UserChange>) -> Result<Outcome<UserView>, Denial> {
    let ctx = call.context();
    shown(&ctx, users::update(&ctx, call.actor(), call.id(), &change).await?).await
}

async fn switch(call: Call, to: NewStatus) -> Result<Outcome<UserView>, Denial> {
    let change = UserChange { status: Some(to), ..UserChange::default() };
    update(call, Arc::new(change)).await
}

async fn remove(call: Call, _: Arc<Nothing>) -> Result<Outcome<UserView>, Denial> {
    let ctx = call.context();
    shown(&ctx, users::remove(&ctx, call.actor(), call.id()).await?).await
}

async fn memberships(call: Call, _: NoQuery) -> Result<List<MembershipView>, Denial> {
    let user = show(call, NoQuery {}).await?;
    Ok(List { data: user.memberships, next: None })
}

async fn put_membership(call: Call, input: Arc<Role>) -> Result<Outcome<UserView>, Denial> {
    let ctx = call.context();
    let new = NewMembership {
        organization: call.path("organization").to_owned(),
        role: input.role.clone(),
    };
    shown(&ctx, memberships::put(&ctx, call.actor(), call.id(), &new).await?).await
}

async fn end_membership(call: Call, _: Arc<Nothing>) -> Result<Outcome<UserView>, Denial> {
    let ctx = call.context();
    let organization = call.path("organization");
    let outcome = memberships::remove(&ctx, call.actor(), call.id(), organization).await?;
    shown(&ctx, outcome).await
}

/// Hashes a password, after a check of its length.
pub(super) async fn hash(
    call: &Call,
    password: &engine::admin::passwords::NewPassword,
) -> Result<domain::PasswordHash, Denial> {
    call.state().app().passwords.hash(password.of_allowed_length()?).await
}
