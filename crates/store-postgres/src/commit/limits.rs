//! Revoked tokens, what was used once, and idempotency records. Each write deletes a few that have
//! expired.
//!
//! The deletion skips rows that another transaction has locked, so it never waits.

use base::Timestamp;
use deadpool_postgres::GenericClient;
use store::{Conflict, IdempotencyRecord};

use crate::error::AttemptError;
use crate::uuid::Uuid;

/// $1 token, $2 until, $3 now. Of two revocations, the longer one is kept.
const REVOKE: &str = "
    WITH swept AS (
        DELETE FROM revoked_token WHERE token IN (
            SELECT token FROM revoked_token WHERE until <= $3 AND token <> $1
            ORDER BY until LIMIT 16 FOR UPDATE SKIP LOCKED))
    INSERT INTO revoked_token AS r (token, until) VALUES ($1, $2)
    ON CONFLICT (token) DO UPDATE SET
        until = CASE WHEN r.until IS NULL OR excluded.until IS NULL THEN NULL
                     ELSE GREATEST(r.until, excluded.until) END";

/// $1 id, $2 until, $3 now. No row: it was used before, and the entry has not expired.
const SPEND_ONCE: &str = "
    WITH swept AS (
        DELETE FROM spent WHERE id IN (
            SELECT id FROM spent WHERE until <= $3 AND id <> $1
            ORDER BY until LIMIT 16 FOR UPDATE SKIP LOCKED))
    INSERT INTO spent AS s (id, until) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET until = excluded.until WHERE s.until <= $3";

/// No row: a record under the key has not expired.
const REMEMBER: &str = "
    WITH swept AS (
        DELETE FROM answer WHERE (realm, key) IN (
            SELECT realm, key FROM answer WHERE until <= $5 AND (realm, key) <> ($1, $2)
            ORDER BY until LIMIT 16 FOR UPDATE SKIP LOCKED))
    INSERT INTO answer AS a (realm, key, request, sealed, at, until)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (realm, key) DO UPDATE SET
        request = excluded.request, sealed = excluded.sealed, at = excluded.at,
        until = excluded.until
    WHERE a.until <= excluded.at";

pub(super) async fn revoke(
    client: &impl GenericClient,
    token: u128,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), AttemptError> {
    let statement = client.prepare_cached(REVOKE).await?;
    let until = until.map(Timestamp::millis);
    client.execute(&statement, &[&Uuid(token), &until, &now.millis()]).await?;
    Ok(())
}

pub(super) async fn spend_once(
    client: &impl GenericClient,
    id: u128,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), AttemptError> {
    let statement = client.prepare_cached(SPEND_ONCE).await?;
    match client.execute(&statement, &[&Uuid(id), &until.millis(), &now.millis()]).await? {
        0 => Err(AttemptError::Conflict(Conflict::Spent)),
        _ => Ok(()),
    }
}

pub(super) async fn remember(
    client: &impl GenericClient,
    answer: &IdempotencyRecord,
) -> Result<(), AttemptError> {
    let statement = client.prepare_cached(REMEMBER).await?;
    let IdempotencyRecord { realm, key, request, sealed, at, until } = answer;
    let written = client
        .execute(
            &statement,
            &[
                &realm.as_str(),
                &key.as_slice(),
                &request.as_slice(),
                sealed,
                &at.millis(),
                &until.millis(),
            ],
        )
        .await?;
    if written == 0 { Err(AttemptError::Conflict(Conflict::Answered)) } else { Ok(()) }
}
