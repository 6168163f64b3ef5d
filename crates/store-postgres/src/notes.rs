//! Uses and refusals. No batch needs them, and their size is bounded.

use std::collections::BTreeMap;

use base::{Id, Timestamp};
use deadpool_postgres::Client;
use domain::{Credential, Refusal, Use};
use store::{REFUSALS_KEPT, StoreError};

use crate::error::AttemptError;
use crate::uuid::Uuid;

/// $1 credential, $2 last, $3 address, $4 count: one element per use. Counts stop at their maximum.
/// A credential may have been removed meanwhile.
const RECORD_USES: &str = "
    INSERT INTO credential_use AS noted (credential, last_at, address, count)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::bigint[])
        AS used (id, last_at, address, count)
    WHERE EXISTS (SELECT FROM credential WHERE credential.id = used.id)
    ON CONFLICT (credential) DO UPDATE SET
        count = LEAST(noted.count::numeric + excluded.count, 9223372036854775807)::bigint,
        address = CASE WHEN excluded.last_at >= noted.last_at THEN excluded.address
                       ELSE noted.address END,
        last_at = GREATEST(noted.last_at, excluded.last_at)";

/// Merges uses of the same credential before they are written.
fn coalesced(uses: Vec<Use>) -> BTreeMap<u128, Use> {
    let mut coalesced: BTreeMap<u128, Use> = BTreeMap::new();
    for new in uses {
        let noted = coalesced
            .entry(new.credential.as_u128())
            .or_insert_with(|| Use { count: 0, ..new.clone() });
        noted.count = noted.count.saturating_add(new.count);
        if new.last_at >= noted.last_at {
            (noted.last_at, noted.address) = (new.last_at, new.address);
        }
    }
    coalesced
}

/// Writes one row per credential, in one order, so that concurrent writes cannot deadlock.
pub(crate) async fn record_uses(client: &Client, uses: Vec<Use>) -> Result<(), AttemptError> {
    let uses = coalesced(uses);
    let credentials: Vec<Uuid> = uses.keys().map(|bits| Uuid(*bits)).collect();
    let last_at: Vec<i64> = uses.values().map(|noted| noted.last_at.millis()).collect();
    let addresses: Vec<Option<&str>> =
        uses.values().map(|noted| noted.address.as_deref()).collect();
    let bigint = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let counts: Vec<i64> = uses.values().map(|noted| bigint(noted.count)).collect();
    let statement = client.prepare_cached(RECORD_USES).await?;
    client.execute(&statement, &[&credentials, &last_at, &addresses, &counts]).await?;
    Ok(())
}

pub(crate) async fn uses(
    client: &Client,
    credentials: &[Id<Credential>],
) -> Result<Vec<Use>, AttemptError> {
    let sql = "SELECT credential, last_at, address, count FROM credential_use
               WHERE credential = ANY($1)";
    let statement = client.prepare_cached(sql).await?;
    let credentials: Vec<Uuid> = credentials.iter().map(|id| Uuid(id.as_u128())).collect();
    let rows = client.query(&statement, &[&credentials]).await?;
    let noted = |row: &tokio_postgres::Row| {
        let Uuid(bits) = row.try_get(0)?;
        Ok(Use {
            credential: Id::from_u128(bits),
            last_at: Timestamp::from_millis(row.try_get(1)?),
            address: row.try_get(2)?,
            count: row.try_get::<_, i64>(3)?.unsigned_abs(),
        })
    };
    rows.iter().map(noted).collect()
}

/// How many refusals one statement takes: fewer than a ring has slots, so no slot is written twice.
const CHUNK: usize = 1_000;
const _: () = assert!(CHUNK <= REFUSALS_KEPT);

/// $1 realm, $2 request, $3 subject, $4 body: one element per refusal, in order of arrival. $5
/// slots. The row of the ring is held until the commit, so slots are assigned one after the other.
const RECORD_REFUSALS: &str = "
    WITH draft AS (
        SELECT *, subject IS NOT NULL AS is_named,
               row_number() OVER (PARTITION BY subject IS NOT NULL ORDER BY place) AS among_its_own
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
            WITH ORDINALITY AS draft (realm, request_id, subject, body, place)
    ), counted AS (
        SELECT count(*) FILTER (WHERE is_named) AS named,
               count(*) FILTER (WHERE NOT is_named) AS nameless FROM draft
    ), ring AS (
        UPDATE refusal_ring SET named = refusal_ring.named + counted.named,
                                nameless = refusal_ring.nameless + counted.nameless
        FROM counted
        RETURNING refusal_ring.named - counted.named AS named,
                  refusal_ring.nameless - counted.nameless AS nameless
    )
    INSERT INTO refusal AS kept (named, slot, arrived, realm, request_id, subject, body)
    SELECT is_named,
           (CASE WHEN is_named THEN ring.named ELSE ring.nameless END + among_its_own) % $5::bigint,
           ring.named + ring.nameless + place, realm, request_id, subject, body::json
    FROM draft, ring
    ON CONFLICT (named, slot) DO UPDATE SET
        arrived = excluded.arrived, realm = excluded.realm, request_id = excluded.request_id,
        subject = excluded.subject, body = excluded.body";

pub(crate) async fn record_refusals(
    client: &Client,
    refusals: &[Refusal],
) -> Result<(), AttemptError> {
    let statement = client.prepare_cached(RECORD_REFUSALS).await?;
    for chunk in refusals.chunks(CHUNK) {
        let realms: Vec<&str> = chunk.iter().map(|refusal| refusal.realm.as_str()).collect();
        let requests: Vec<&str> = chunk.iter().map(|refusal| refusal.request_id.as_str()).collect();
        let subjects: Vec<Option<&str>> =
            chunk.iter().map(|refusal| refusal.subject.as_deref()).collect();
        let bodies: Result<Vec<String>, _> = chunk.iter().map(serde_json::to_string).collect();
        let bodies = bodies.map_err(|problem| StoreError::Failed(problem.to_string()))?;
        let slots = REFUSALS_KEPT as i64;
        client.execute(&statement, &[&realms, &requests, &subjects, &bodies, &slots]).await?;
    }
    Ok(())
}
