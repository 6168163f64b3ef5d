//! Budgets: the limits, and the tokens that were counted against them.

use domain::{BudgetLimits, BudgetState, BudgetSubject};

use super::{clients, organizations};
use crate::{Context, Denial};

/// A budget and its current state.
#[derive(Clone, Copy, Debug)]
pub struct BudgetView {
    /// The limits.
    pub limits: BudgetLimits,
    /// The tokens issued in the current hour and day.
    pub state: BudgetState,
}

/// The budget of a client. Its limits are changed with the client.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn of_client(ctx: &Context<'_>, id: &str) -> Result<BudgetView, Denial> {
    let client = clients::read(ctx, id).await?;
    view(ctx, BudgetSubject::Client(client.id), client.budget).await
}

/// The budget of an organization. Its limits are changed with the organization.
///
/// # Errors
/// [`crate::AdminReason::NotFound`].
pub async fn of_organization(ctx: &Context<'_>, id: &str) -> Result<BudgetView, Denial> {
    let organization = organizations::read(ctx, id).await?;
    view(ctx, BudgetSubject::Organization(organization.id), organization.budget).await
}

async fn view(
    ctx: &Context<'_>,
    subject: BudgetSubject,
    limits: BudgetLimits,
) -> Result<BudgetView, Denial> {
    let state = ctx.store.budget(subject).await?.at(ctx.now);
    Ok(BudgetView { limits, state })
}
