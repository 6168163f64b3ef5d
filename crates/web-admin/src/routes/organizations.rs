//! `/organizations`.

use std::sync::Arc;

use axum::routing::MethodFilter;
use domain::Organization;
use engine::admin::NewStatus;
use engine::admin::organizations::{self, NewOrganization, OrganizationChange};
use engine::{Denial, Outcome};
use serde::Serialize;
use utoipa::ToSchema;
use web_rest::views::{
    LimitsView, List, NoQuery, Nothing, PageParams, limits, shown, status, time,
};
use web_rest::{Made, row};

use crate::call::{Call, Table};

/// A customer of the provider.
#[derive(Serialize, ToSchema)]
#[schema(as = Organization)]
pub(super) struct OrganizationView {
    id: String,
    name: String,
    /// `active` or `suspended`.
    status: &'static str,
    budget: LimitsView,
    created_at: String,
}

fn view(it: &Organization) -> OrganizationView {
    OrganizationView {
        id: it.public_id.to_string(),
        name: it.name.clone(),
        status: status(it.status),
        budget: limits(&it.budget),
        created_at: time(it.created_at),
    }
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("organizations:read", "organizations:write");
    let one = "/organizations/{id}";
    table
        .about("Organizations", "The provider's customers.")
        .create(row(MethodFilter::POST, "/organizations", write, "Create an organization"), create)
        .read(row(MethodFilter::GET, "/organizations", read, "List organizations"), list)
        .read(row(MethodFilter::GET, one, read, "Read an organization"), show)
        .change(row(MethodFilter::PATCH, one, write, "Change an organization"), update)
        .change(
            row(
                MethodFilter::POST,
                "/organizations/{id}/suspend",
                write,
                "Suspend an organization: everything issued for it is refused",
            ),
            |call, _: Arc<Nothing>| switch(call, NewStatus::Suspended),
        )
        .change(
            row(
                MethodFilter::POST,
                "/organizations/{id}/activate",
                write,
                "Activate an organization again",
            ),
            |call, _: Arc<Nothing>| switch(call, NewStatus::Active),
        )
}

async fn create(
    call: Call,
    input: Arc<NewOrganization>,
) -> Result<Outcome<Made<OrganizationView>>, Denial> {
    let outcome = organizations::create(&call.context(), call.actor(), &input).await?;
    Ok(shown(outcome, |it| Made { id: it.public_id.to_string(), view: view(&it) }))
}

async fn list(call: Call, query: PageParams) -> Result<List<OrganizationView>, Denial> {
    let page = organizations::list(&call.context(), &query.into()).await?;
    Ok(List::of(page, |it| view(it)))
}

async fn show(call: Call, _: NoQuery) -> Result<OrganizationView, Denial> {
    Ok(view(&*organizations::read(&call.context(), call.id()).await?))
}

async fn update(
    call: Call,
    change: Arc<OrganizationChange>,
) -> Result<Outcome<OrganizationView>, Denial> {
    let ctx = call.context();
    let outcome = organizations::update(&ctx, call.actor(), call.id(), &change).await?;
    Ok(shown(outcome, |it| view(&it)))
}

async fn switch(call: Call, to: NewStatus) -> Result<Outcome<OrganizationView>, Denial> {
    let change = OrganizationChange { status: Some(to), ..OrganizationChange::default() };
    update(call, Arc::new(change)).await
}
