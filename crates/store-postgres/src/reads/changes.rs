//! Reads changes by sequence number.

use deadpool_postgres::Client;
use store::{Change, Effect, MAX_CHANGES, StoreError};

use crate::error::AttemptError;

/// $1 after, $2 how many. One statement, so one snapshot: changes that are deleted meanwhile are
/// still there. A row without a change only says from which number on changes are kept.
const AFTER: &str = "
    SELECT swept, told.sequence, told.effects
    FROM feed LEFT JOIN LATERAL (
        SELECT sequence, effects FROM change WHERE change.sequence > $1
        ORDER BY change.sequence LIMIT $2
    ) told ON true
    ORDER BY told.sequence";

/// The changes after `after`, in order; `None` where some of them may have been deleted.
pub(crate) async fn after(
    client: &Client,
    after: u64,
    limit: usize,
) -> Result<Option<Vec<Change>>, AttemptError> {
    let statement = client.prepare_cached(AFTER).await?;
    let limit = limit.min(MAX_CHANGES) as i64;
    let rows = client.query(&statement, &[&super::to_bigint(after), &limit]).await?;
    let mut changes = Vec::with_capacity(rows.len());
    for row in &rows {
        if after < row.try_get::<_, i64>(0)?.unsigned_abs() {
            return Ok(None);
        }
        let Some(sequence) = row.try_get::<_, Option<i64>>(1)? else { continue };
        let effects = Effect::unpack(row.try_get(2)?)
            .ok_or_else(|| StoreError::Failed("a change that cannot be read".to_owned()))?;
        changes.push(Change { sequence: sequence.unsigned_abs(), effects });
    }
    Ok(Some(changes))
}
