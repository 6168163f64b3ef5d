//! Commits a batch as one transaction, and retries it where the database aborted it in favour of
//! another.
//!
//! Invariant: only an attempt that certainly wrote nothing is retried. A batch with one write that
//! is not published is a single statement, which is a transaction by itself.

mod budgets;
mod entities;
mod feed;
mod limits;

use std::collections::HashSet;
use std::time::Duration;

use base::{Rng as _, SystemRng};
pub(crate) use budgets::read as budget;
use deadpool_postgres::{Client, GenericClient};
use domain::BudgetState;
use feed::Publication;
use store::{Batch, CommitError, Committed, StoreError, Write};

use crate::database::Database;
use crate::error::AttemptError;
use crate::event_month::{EventMonth, Partitions};

/// How many attempts a batch gets. In a conflict one transaction always succeeds, so few attempts
/// suffice.
const MAX_ATTEMPTS: u32 = 10;

/// Commits the batch whole, durably, or not at all. Also returns the last sequence number it got.
pub(crate) async fn commit(
    database: &Database,
    partitions: &Partitions,
    batch: &Batch,
) -> Result<(Committed, Option<u64>), CommitError> {
    let months: HashSet<EventMonth> =
        batch.events.iter().map(|draft| EventMonth::of(draft.at)).collect();
    let publication = Publication::of(batch);
    let mut missing = !partitions.have(&months);
    for attempt in 1..=MAX_ATTEMPTS {
        if missing {
            make_partitions(database, partitions, &months).await?;
        }
        let outcome = database
            .with(async |client: &mut Client| try_once(client, batch, publication.as_ref()).await)
            .await;
        match outcome {
            Err(AttemptError::Again(error) | AttemptError::Undone(error))
                if attempt < MAX_ATTEMPTS =>
            {
                tracing::debug!(attempt, error = crate::error::text(&error), "trying again");
                tokio::time::sleep(backoff(attempt)).await;
            }
            // The partition was dropped after this process had seen it.
            Err(AttemptError::NoPartition) if !missing => missing = true,
            outcome => return outcome.map_err(Into::into),
        }
    }
    Err(StoreError::Unavailable("too busy".to_owned()).into())
}

async fn make_partitions(
    database: &Database,
    partitions: &Partitions,
    months: &HashSet<EventMonth>,
) -> Result<(), CommitError> {
    let made: Result<(), AttemptError> = database
        .with_another(async |client: &mut Client| Ok(partitions.make(client, months).await?))
        .await;
    Ok(made?)
}

/// A random wait between half and all of 2, 4, 8 … up to 256 ms.
fn backoff(attempt: u32) -> Duration {
    let most = 1_000_u64 << attempt.min(8);
    let jitter = (SystemRng.u128() % u128::from(most / 2)) as u64;
    Duration::from_micros(most / 2 + jitter)
}

async fn try_once(
    client: &mut Client,
    batch: &Batch,
    publication: Option<&Publication<'_>>,
) -> Result<(Committed, Option<u64>), AttemptError> {
    if let ([write], None) = (batch.writes.as_slice(), publication) {
        apply(&*client, write).await?;
        let budgets = budgets::spend_all(&*client, &batch.writes).await?;
        return Ok((Committed { sequence: None, budgets }, None));
    }
    let begun = client.transaction().await;
    let transaction = begun.map_err(|error| AttemptError::from(error).before_commit())?;
    let written = write(&transaction, batch, publication).await;
    let (budgets, newest) = written.map_err(AttemptError::before_commit)?;
    transaction.commit().await?;
    let sequence = newest.filter(|_| !batch.events.is_empty());
    Ok((Committed { sequence, budgets }, newest))
}

/// Writes all of a batch in a transaction. Returns the states of its budgets, and the last sequence
/// number.
async fn write(
    client: &impl GenericClient,
    batch: &Batch,
    publication: Option<&Publication<'_>>,
) -> Result<(Vec<BudgetState>, Option<u64>), AttemptError> {
    for write in &batch.writes {
        apply(client, write).await?;
    }
    let budgets = budgets::spend_all(client, &batch.writes).await?;
    let newest = match publication {
        Some(publication) => Some(publication.publish(client).await?),
        None => None,
    };
    Ok((budgets, newest))
}

/// Applies any write but a budget's. Budgets come last, see [`budgets::spend_all`].
async fn apply(client: &impl GenericClient, write: &Write) -> Result<(), AttemptError> {
    match write {
        Write::Insert(entity) => entities::insert(client, entity).await,
        Write::Replace { entity, expected } => entities::replace(client, entity, *expected).await,
        Write::Remove { entity, expected } => entities::remove(client, entity, *expected).await,
        Write::SpendBudget { .. } | Write::TakeNumber => Ok(()),
        Write::RevokeToken { token, until, now } => {
            limits::revoke(client, *token, *until, *now).await
        }
        Write::SpendOnce { id, until, now } => limits::spend_once(client, *id, *until, *now).await,
        Write::Remember(answer) => limits::remember(client, answer).await,
    }
}
