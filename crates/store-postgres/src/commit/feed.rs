//! The change feed: events and effects. They are numbered last in their transaction, by the one row
//! of `feed`.
//!
//! Invariant: a transaction that holds this row has the next numbers, and keeps the row until its
//! commit is visible. So no number becomes visible before a smaller one, and no number is skipped.

use deadpool_postgres::GenericClient;
use domain::EventDraft;
use store::{Batch, CHANGES_KEPT, Effect, StoreError};

use crate::error::AttemptError;

/// $1 at, $2 realm, $3 target, $4 request, $5 body, $6 actor: one element per event, in order. $7
/// the effects. A change without events takes one number.
const PUBLISH: &str = "
    WITH numbered AS (
        UPDATE feed SET sequence = sequence + GREATEST(cardinality($1::bigint[]), 1),
                        kept = kept + 1
        RETURNING sequence - GREATEST(cardinality($1::bigint[]), 1) AS before, sequence AS last,
                  kept, pg_notify('postern_feed', sequence::text) AS notified
    ), told AS (
        INSERT INTO event (sequence, at, realm, target, request_id, body, actor)
        SELECT before + place, at, realm, target, request_id, body::json, actor
        FROM numbered,
            unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            WITH ORDINALITY AS draft (at, realm, target, request_id, body, actor, place)
    ), changed AS (
        INSERT INTO change (sequence, effects)
        SELECT last, $7 FROM numbered
    )
    SELECT last, kept, notified::text FROM numbered";

/// $1 how many of the oldest to delete. The row of `feed` is held since [`PUBLISH`], so no other
/// transaction deletes.
const SWEEP: &str = "
    WITH swept AS (
        DELETE FROM change WHERE sequence IN (
            SELECT change.sequence FROM change, feed WHERE change.sequence > feed.swept
            ORDER BY change.sequence LIMIT $1)
        RETURNING sequence
    )
    UPDATE feed SET swept = GREATEST(swept, (SELECT max(sequence) FROM swept)),
                    kept = kept - (SELECT count(*) FROM swept)";

/// How many changes are deleted at once. Until then, the table may have this many more than are
/// kept.
const SWEEP_AT_ONCE: i64 = 256;
const MOST: i64 = CHANGES_KEPT as i64 + SWEEP_AT_ONCE;

/// What a batch will publish, prepared before its transaction.
pub(super) struct Publication<'a> {
    events: &'a [EventDraft],
    effects: Vec<u8>,
}

impl<'a> Publication<'a> {
    /// `None` where there is nothing to publish.
    pub(super) fn of(batch: &'a Batch) -> Option<Self> {
        let effects = batch.published()?;
        Some(Self { events: &batch.events, effects: Effect::pack(&effects) })
    }

    /// Writes it and returns the last number.
    pub(super) async fn publish(&self, client: &impl GenericClient) -> Result<u64, AttemptError> {
        let (last, kept) = self.write(client).await?;
        if kept >= MOST {
            let statement = client.prepare_cached(SWEEP).await?;
            client.execute(&statement, &[&(kept - CHANGES_KEPT as i64)]).await?;
        }
        Ok(last)
    }

    /// Returns the last number, and how many changes are stored then.
    async fn write(&self, client: &impl GenericClient) -> Result<(u64, i64), AttemptError> {
        let events = self.events;
        let at: Vec<i64> = events.iter().map(|draft| draft.at.millis()).collect();
        let realms: Vec<&str> = events.iter().map(|draft| draft.realm.as_str()).collect();
        let targets: Vec<&str> =
            events.iter().map(|draft| draft.target.public_id.as_str()).collect();
        let requests: Vec<Option<&str>> =
            events.iter().map(|draft| draft.origin.request_id.as_deref()).collect();
        let actors: Vec<String> =
            events.iter().map(|draft| store::actor_key(&draft.origin.actor)).collect();
        let bodies: Result<Vec<String>, _> = events.iter().map(serde_json::to_string).collect();
        let bodies = bodies.map_err(|problem| StoreError::Failed(problem.to_string()))?;
        let statement = client.prepare_cached(PUBLISH).await?;
        let row = client
            .query_one(
                &statement,
                &[&at, &realms, &targets, &requests, &bodies, &actors, &self.effects],
            )
            .await
            .map_err(AttemptError::of_event)?;
        Ok((row.try_get::<_, i64>(0)?.unsigned_abs(), row.try_get(1)?))
    }
}
