//! Budgets: one statement checks both windows and counts. It holds the row until the commit.
//!
//! Invariant: it computes the same as [`BudgetState::spend`]; the suite compares them.

use std::collections::BTreeMap;

use base::Timestamp;
use deadpool_postgres::GenericClient;
use domain::{BudgetLimits, BudgetState, BudgetSubject};
use store::{Conflict, Write};
use tokio_postgres::{Error, Row};

use crate::error::AttemptError;
use crate::uuid::Uuid;

/// $1 subject, $2 hour, $3 day, $4 limit per hour, $5 limit per day. No row: a limit is reached. If
/// the clock was set back, the later window counts.
const SPEND: &str = "
    INSERT INTO budget AS b (subject, hour, used_in_hour, day, used_in_day)
    SELECT $1, GREATEST($2::bigint, 0), 1, GREATEST($3::bigint, 0), 1
    WHERE COALESCE($4::bigint, 1) > 0 AND COALESCE($5::bigint, 1) > 0
    ON CONFLICT (subject) DO UPDATE SET
        hour = GREATEST(b.hour, excluded.hour),
        used_in_hour = CASE WHEN excluded.hour > b.hour THEN 0 ELSE b.used_in_hour END + 1,
        day = GREATEST(b.day, excluded.day),
        used_in_day = CASE WHEN excluded.day > b.day THEN 0 ELSE b.used_in_day END + 1
    WHERE ($4 IS NULL OR CASE WHEN excluded.hour > b.hour THEN 0 ELSE b.used_in_hour END < $4)
      AND ($5 IS NULL OR CASE WHEN excluded.day > b.day THEN 0 ELSE b.used_in_day END < $5)
    RETURNING hour, used_in_hour, day, used_in_day";

const READ: &str = "SELECT hour, used_in_hour, day, used_in_day FROM budget WHERE subject = $1";

/// Spends the budgets of a batch. Returns the states after each, in the order of the writes.
///
/// Most commits need these rows, so they are locked last and in the order of their subjects. Two
/// batches that spend from the same budgets may wait for each other, but cannot deadlock.
pub(super) async fn spend_all(
    client: &impl GenericClient,
    writes: &[Write],
) -> Result<Vec<BudgetState>, AttemptError> {
    let mut spends: Vec<_> = writes.iter().enumerate().filter_map(spending).collect();
    spends.sort_by_key(|(_, subject, ..)| subject.as_u128());
    let (mut spent, mut refused) = (BTreeMap::new(), BTreeMap::new());
    for (index, subject, limits, now) in spends {
        match spend(client, subject, limits, now).await? {
            Ok(state) => spent.insert(index, state),
            Err(state) => refused.insert(index, state),
        };
    }
    match refused.pop_first() {
        Some((write, state)) => Err(AttemptError::Conflict(Conflict::BudgetSpent { write, state })),
        None => Ok(spent.into_values().collect()),
    }
}

type Spending<'a> = (usize, BudgetSubject, &'a BudgetLimits, Timestamp);

fn spending((index, write): (usize, &Write)) -> Option<Spending<'_>> {
    match write {
        Write::SpendBudget { subject, limits, now } => Some((index, *subject, limits, *now)),
        _ => None,
    }
}

/// The state after spending, or the state that forbids it.
async fn spend(
    client: &impl GenericClient,
    subject: BudgetSubject,
    limits: &BudgetLimits,
    now: Timestamp,
) -> Result<Result<BudgetState, BudgetState>, AttemptError> {
    let statement = client.prepare_cached(SPEND).await?;
    let [per_hour, per_day] = [limits.per_hour, limits.per_day].map(|limit| limit.map(to_bigint));
    let id = Uuid(subject.as_u128());
    let row =
        client.query_opt(&statement, &[&id, &now.hour(), &now.day(), &per_hour, &per_day]).await?;
    match row {
        Some(row) => Ok(Ok(state(&row)?)),
        None => Ok(Err(read(client, subject).await?.at(now))),
    }
}

/// The state of a subject's budget.
pub(crate) async fn read(
    client: &impl GenericClient,
    subject: BudgetSubject,
) -> Result<BudgetState, Error> {
    let statement = client.prepare_cached(READ).await?;
    let row = client.query_opt(&statement, &[&Uuid(subject.as_u128())]).await?;
    row.map_or_else(|| Ok(BudgetState::default()), |row| state(&row))
}

fn state(row: &Row) -> Result<BudgetState, Error> {
    let count = |index| row.try_get::<usize, i64>(index).map(i64::unsigned_abs);
    Ok(BudgetState {
        hour: row.try_get(0)?,
        used_in_hour: count(1)?,
        day: row.try_get(2)?,
        used_in_day: count(3)?,
    })
}

fn to_bigint(limit: u64) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
