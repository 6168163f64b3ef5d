//! The one place that commits decisions.
//!
//! Invariant: no other file of this crate names [`Store`], so nothing else writes to one. A
//! decision gets a [`Context`], which only reads. An operation that decides and commits gets a
//! [`WriteContext`]; only [`settle`] can write through it.

use std::ops::Deref;

use base::Timestamp;
use domain::{BudgetLimits, BudgetState, BudgetSubject, Kind};
use store::{Batch, CommitError, Committed, Conflict, Store, Write};

use crate::budget::quota;
use crate::{AdminReason, ClientReason, Context, Denial, Outcome, ServerReason};

/// How often a decision is made at most, when its commits meet conflicts.
const ATTEMPTS: u32 = 16;
/// How often status indexes are reserved for one attempt: other requests may take them first.
const RESERVATIONS: usize = 4;

/// A [`Context`] whose decisions may be committed. Only [`settle`] can reach the store that it
/// writes to.
#[derive(Clone, Copy, Debug)]
pub struct WriteContext<'a> {
    context: Context<'a>,
    store: &'a dyn Store,
}

impl<'a> WriteContext<'a> {
    /// A context for decisions on `context` that are committed to `store`.
    pub const fn new(context: Context<'a>, store: &'a dyn Store) -> Self {
        Self { context, store }
    }

    /// The same, for decisions that must see what other nodes have committed: it reads the database
    /// and not the memory.
    pub fn direct(self) -> Self {
        let context = Context { store: self.context.store.direct(), ..self.context };
        Self { context, ..self }
    }
}

impl<'a> Deref for WriteContext<'a> {
    type Target = Context<'a>;

    fn deref(&self) -> &Context<'a> {
        &self.context
    }
}

/// Decides, commits, and decides again when the commit meets a conflict.
///
/// # Errors
/// The denial of the decision itself, [`ClientReason::BudgetSpent`] where the commit found a budget
/// spent, [`AdminReason::NameTaken`], [`ServerReason::Contended`] after too many conflicts, or
/// the error of the store.
pub async fn settle<'a, R, F, Fut>(
    ctx: &WriteContext<'a>,
    decide: F,
) -> Result<(R, Committed), Denial>
where
    // Not `AsyncFn`: its future cannot be declared `Send`, which the server needs.
    F: Fn(Context<'a>) -> Fut,
    Fut: Future<Output = Result<Outcome<R>, Denial>>,
{
    settle_shared(ctx, &[], decide).await
}

/// As [`settle`], for a decision that makes rows of `shared` kinds which a concurrent request may
/// make, too. The second of two requests decides again and finds the row of the first.
pub(crate) async fn settle_shared<'a, R, F, Fut>(
    ctx: &WriteContext<'a>,
    shared: &[Kind],
    decide: F,
) -> Result<(R, Committed), Denial>
where
    F: Fn(Context<'a>) -> Fut,
    Fut: Future<Output = Result<Outcome<R>, Denial>>,
{
    for attempt in 0..ATTEMPTS {
        let outcome = with_status_indexes(ctx, || decide(Context { attempt, ..ctx.context }));
        let Outcome { batch, reply } = outcome.await?;
        if batch.is_empty() {
            return Ok((reply, Committed::default()));
        }
        let spending = spending(&batch);
        match ctx.store.commit(batch).await {
            Ok(committed) => return Ok((reply, committed)),
            Err(CommitError::Conflict(Conflict::BudgetSpent { write, state })) => {
                return Err(budget_spent(&spending, write, state));
            }
            Err(CommitError::Conflict(Conflict::Exists(kind))) if !shared.contains(&kind) => {
                return Err(AdminReason::NameTaken { kind }.into());
            }
            Err(CommitError::Conflict(
                Conflict::Exists(_) | Conflict::Changed(_) | Conflict::Spent | Conflict::Answered,
            )) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(ServerReason::Contended.into())
}

/// Decides. A decision that found too few status indexes is made again after more are reserved.
/// Where none can be reserved, the decision without them is kept.
async fn with_status_indexes<R, Fut>(
    ctx: &WriteContext<'_>,
    decide: impl Fn() -> Fut,
) -> Result<Outcome<R>, Denial>
where
    Fut: Future<Output = Result<Outcome<R>, Denial>>,
{
    let indexes = ctx.issuer.status_indexes();
    for _ in 0..RESERVATIONS {
        let before = indexes.missed();
        let outcome = decide().await?;
        let inserts = outcome.batch.writes.iter().any(|it| matches!(it, Write::Insert(_)));
        let missed = indexes.missed() - before;
        if !inserts || missed == 0 {
            return Ok(outcome);
        }
        if let Some(count) = indexes.to_reserve(missed) {
            match ctx.store.reserve_status_indexes(ctx.issuer.realm(), count).await {
                Ok(first) => indexes.add(first, count),
                Err(_) => return Ok(outcome),
            }
        }
    }
    decide().await
}

/// A budget that a batch spends from: the index of the write, the owner, the limits, and the time.
type Spending = (usize, BudgetSubject, BudgetLimits, Timestamp);

fn spending(batch: &Batch) -> Vec<Spending> {
    let spends = batch.writes.iter().enumerate().filter_map(|(index, write)| match write {
        Write::SpendBudget { subject, limits, now } => Some((index, *subject, *limits, *now)),
        _ => None,
    });
    spends.collect()
}

/// The denial for the budget of the write at `index`.
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
