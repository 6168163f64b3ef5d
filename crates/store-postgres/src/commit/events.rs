//! Events: numbered last in their transaction, by the one row of `feed`.
//!
//! Invariant: whoever holds that row has the next numbers, and keeps it until the commit is visible;
//! so no event shows before one with a smaller number, and a number is never left out.

use deadpool_postgres::GenericClient;
use domain::EventDraft;
use store::StoreError;

use crate::error::Failure;

/// $1 at, $2 realm, $3 target, $4 request, $5 body, $6 actor: an element an event, in order.
const TELL: &str = "
    WITH numbered AS (
        UPDATE feed SET sequence = sequence + cardinality($1::bigint[])
        RETURNING sequence - cardinality($1::bigint[]) AS before, sequence AS last,
                  pg_notify('postern_feed', sequence::text) AS notified
    ), told AS (
        INSERT INTO event (sequence, at, realm, target, request_id, body, actor)
        SELECT before + place, at, realm, target, request_id, body::json, actor
        FROM numbered,
            unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            WITH ORDINALITY AS draft (at, realm, target, request_id, body, actor, place)
    )
    SELECT last, notified::text FROM numbered";

/// Writes the events and gives the last one's number.
pub(super) async fn tell(
    client: &impl GenericClient,
    events: &[EventDraft],
) -> Result<u64, Failure> {
    let at: Vec<i64> = events.iter().map(|draft| draft.at.millis()).collect();
    let realms: Vec<&str> = events.iter().map(|draft| draft.realm.as_str()).collect();
    let targets: Vec<&str> = events.iter().map(|draft| draft.target.public_id.as_str()).collect();
    let requests: Vec<Option<&str>> =
        events.iter().map(|draft| draft.origin.request_id.as_deref()).collect();
    let actors: Vec<String> =
        events.iter().map(|draft| store::actor_key(&draft.origin.actor)).collect();
    let bodies: Result<Vec<String>, _> = events.iter().map(serde_json::to_string).collect();
    let bodies = bodies.map_err(|problem| StoreError::Failed(problem.to_string()))?;
    let statement = client.prepare_cached(TELL).await?;
    let row = client
        .query_one(&statement, &[&at, &realms, &targets, &requests, &bodies, &actors])
        .await
        .map_err(Failure::of_event)?;
    Ok(row.try_get::<_, i64>(0)?.unsigned_abs())
}
