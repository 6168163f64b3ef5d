//! `/clients/{id}/budget` and `/organizations/{id}/budget`.

use std::sync::Arc;

use axum::routing::MethodFilter;
use base::Timestamp;
use engine::admin::Budget;
use engine::admin::budgets::{self, BudgetView as Standing};
use engine::admin::clients::{self, ClientChange};
use engine::admin::organizations::{self, OrganizationChange};
use engine::{Denial, Outcome};
use serde::Serialize;
use utoipa::ToSchema;
use web_rest::row;
use web_rest::views::LimitsView;
use web_rest::views::{NoQuery, limits, time};

use crate::call::{Call, Table};

/// A budget, and how much of it is used.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetStanding)]
pub(super) struct BudgetView {
    limits: LimitsView,
    hour: WindowView,
    day: WindowView,
}

/// One window of a budget.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetWindow)]
pub(super) struct WindowView {
    /// Tokens issued in it.
    used: u64,
    /// Tokens left in it; null: unlimited.
    remaining: Option<u64>,
    /// When the next window starts.
    resets_at: String,
}

fn view(it: &Standing) -> BudgetView {
    const HOUR: i64 = 3_600;
    const DAY: i64 = 86_400;
    let window = |used: u64, limit: Option<u64>, next: i64, length: i64| WindowView {
        used,
        remaining: limit.map(|limit| limit.saturating_sub(used)),
        resets_at: time(Timestamp::from_seconds(next.saturating_mul(length))),
    };
    let (limited, state) = (&it.limits, &it.state);
    BudgetView {
        limits: limits(limited),
        hour: window(state.used_in_hour, limited.per_hour, state.hour + 1, HOUR),
        day: window(state.used_in_day, limited.per_day, state.day + 1, DAY),
    }
}

pub(super) fn rows(table: Table) -> Table {
    let (read, write) = ("budgets:read", "budgets:write");
    let (client, organization) = ("/clients/{id}/budget", "/organizations/{id}/budget");
    table
        .about("Budgets", "How many tokens may be issued per hour and per UTC day.")
        .read(row(MethodFilter::GET, client, read, "Read a client's budget"), of_client)
        .change(row(MethodFilter::PUT, client, write, "Set a client's limits"), set_client)
        .read(
            row(MethodFilter::GET, organization, read, "Read an organization's budget"),
            of_organization,
        )
        .change(
            row(MethodFilter::PUT, organization, write, "Set an organization's limits"),
            set_organization,
        )
}

async fn of_client(call: Call, _: NoQuery) -> Result<BudgetView, Denial> {
    Ok(view(&budgets::of_client(&call.context(), call.id()).await?))
}

async fn of_organization(call: Call, _: NoQuery) -> Result<BudgetView, Denial> {
    Ok(view(&budgets::of_organization(&call.context(), call.id()).await?))
}

async fn set_client(call: Call, budget: Arc<Budget>) -> Result<Outcome<BudgetView>, Denial> {
    let ctx = call.context();
    let change = ClientChange { budget: Some(*budget), ..ClientChange::default() };
    let outcome = clients::update(&ctx, call.actor(), call.id(), &change).await?;
    let state = budgets::of_client(&ctx, call.id()).await?.state;
    let reply = view(&Standing { limits: outcome.reply.budget, state });
    Ok(Outcome { batch: outcome.batch, reply })
}

async fn set_organization(call: Call, budget: Arc<Budget>) -> Result<Outcome<BudgetView>, Denial> {
    let ctx = call.context();
    let change = OrganizationChange { budget: Some(*budget), ..OrganizationChange::default() };
    let outcome = organizations::update(&ctx, call.actor(), call.id(), &change).await?;
    let state = budgets::of_organization(&ctx, call.id()).await?.state;
    let reply = view(&Standing { limits: outcome.reply.budget, state });
    Ok(Outcome { batch: outcome.batch, reply })
}
