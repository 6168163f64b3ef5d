//! What a decision yields, and the one place that commits it.

use base::Timestamp;
use domain::{BudgetLimits, BudgetState, BudgetSubject};
use store::{Batch, CommitError, Committed, Conflict, Store, Write};

use crate::budget::quota;
use crate::{AdminReason, ClientReason, Denial, ServerReason};

/// How often a decision is taken anew when the world changed under it.
const ATTEMPTS: usize = 16;

/// What to write, and what to answer once it is written.
#[derive(Debug)]
pub struct Outcome<R> {
    /// The writes.
    pub batch: Batch,
    /// The answer.
    pub reply: R,
}

impl<R> Outcome<R> {
    /// An answer that needs no writes.
    pub fn reading(reply: R) -> Self {
        Self { batch: Batch::new(), reply }
    }
}

/// Decides, commits, and decides again when a precondition failed meanwhile.
///
/// # Errors
/// The denial of the decision itself, [`ClientReason::BudgetSpent`] where the commit found a budget
/// spent, [`AdminReason::NameTaken`], [`ServerReason::Contended`] after too many conflicts, or
/// the error of the store.
pub async fn settle<R, F, Fut>(store: &dyn Store, decide: F) -> Result<(R, Committed), Denial>
where
    // Not `AsyncFn`: what it returns cannot be shown to be `Send`, which every server needs.
    F: Fn() -> Fut,
    Fut: Future<Output = Result<Outcome<R>, Denial>>,
{
    for _ in 0..ATTEMPTS {
        let Outcome { batch, reply } = decide().await?;
        if batch.is_empty() {
            return Ok((reply, Committed::default()));
        }
        let spending = spending(&batch);
        match store.commit(batch).await {
            Ok(committed) => return Ok((reply, committed)),
            Err(CommitError::Conflict(Conflict::BudgetSpent { write, state })) => {
                return Err(budget_spent(&spending, write, state));
            }
            Err(CommitError::Conflict(Conflict::Exists(kind))) => {
                return Err(AdminReason::NameTaken { kind }.into());
            }
            Err(CommitError::Conflict(
                Conflict::Changed(_) | Conflict::Spent | Conflict::Answered,
            )) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(ServerReason::Contended.into())
}

/// A budget that a batch spends from: which write, whose, its limits, and when.
type Spending = (usize, BudgetSubject, BudgetLimits, Timestamp);

fn spending(batch: &Batch) -> Vec<Spending> {
    let spends = batch.writes.iter().enumerate().filter_map(|(index, write)| match write {
        Write::SpendBudget { subject, limits, now } => Some((index, *subject, *limits, *now)),
        _ => None,
    });
    spends.collect()
}

/// Tells whose budget forbade the write at `index`.
fn budget_spent(spending: &[Spending], index: usize, state: BudgetState) -> Denial {
    let (mut client, mut organization) = (None, None);
    if let Some((_, subject, limits, now)) = spending.iter().find(|(at, ..)| *at == index) {
        let quota = Some(quota(limits, &state, *now));
        match subject {
            BudgetSubject::Client(_) => client = quota,
            BudgetSubject::Organization(_) => organization = quota,
        }
    }
    ClientReason::BudgetSpent { state, client, organization }.into()
}
