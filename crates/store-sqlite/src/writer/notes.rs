//! Uses and refusals: notes whose size is bounded.

use base::Timestamp;
use domain::Use;
use rusqlite::{Connection, Result};
use store::REFUSALS_KEPT;

use super::work::Written;
use crate::prepared::RefusalRow;

const KEPT: i64 = REFUSALS_KEPT as i64;

/// How many refusals there are, and the number of the last; read when it is first needed.
#[derive(Default)]
pub(super) struct RefusalCounts(Option<Counts>);

#[derive(Clone, Copy)]
struct Counts {
    arrived: i64,
    named: i64,
    nameless: i64,
}

impl RefusalCounts {
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }

    fn load(&self, connection: &Connection) -> Result<Counts> {
        if let Some(counts) = self.0 {
            return Ok(counts);
        }
        connection.query_row(
            "SELECT coalesce(max(arrived), 0), count(*) FILTER (WHERE named = 1),
                    count(*) FILTER (WHERE named = 0) FROM refusal",
            [],
            |row| Ok(Counts { arrived: row.get(0)?, named: row.get(1)?, nameless: row.get(2)? }),
        )
    }

    /// Appends refusals, and drops the oldest beyond those that are kept.
    pub(super) fn record(
        &mut self,
        connection: &Connection,
        refusals: &[RefusalRow],
    ) -> Result<Written> {
        let mut counts = self.load(connection)?;
        let mut statement = connection.prepare_cached(
            "INSERT INTO refusal (arrived, named, realm, request_id, subject, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for RefusalRow { refusal, body } in refusals {
            let named = refusal.subject.is_some();
            counts.arrived += 1;
            let count = if named { &mut counts.named } else { &mut counts.nameless };
            *count += 1;
            statement.execute((
                counts.arrived,
                named,
                refusal.realm.as_str(),
                &refusal.request_id,
                &refusal.subject,
                body,
            ))?;
        }
        counts.named -= drop_oldest(connection, true, counts.named)?;
        counts.nameless -= drop_oldest(connection, false, counts.nameless)?;
        self.0 = Some(counts);
        Ok(Written::default())
    }
}

/// Deletes the oldest refusals, with or without a subject, beyond those that are kept. Returns how
/// many.
fn drop_oldest(connection: &Connection, named: bool, count: i64) -> Result<i64> {
    let excess = (count - KEPT).max(0);
    if excess > 0 {
        connection
            .prepare_cached(
                "DELETE FROM refusal WHERE arrived IN
                    (SELECT arrived FROM refusal WHERE named = ?1 ORDER BY arrived LIMIT ?2)",
            )?
            .execute((named, excess))?;
    }
    Ok(excess)
}

/// Adds uses to what is noted of each credential. A credential may have been removed meanwhile.
pub(super) fn record_uses(connection: &Connection, uses: &[Use]) -> Result<Written> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO credential_use (credential, last_at, address, count)
         SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM credential WHERE id = ?1)
         ON CONFLICT (credential) DO UPDATE SET count = count + excluded.count,
            address = iif(excluded.last_at >= last_at, excluded.address, address),
            last_at = max(last_at, excluded.last_at)",
    )?;
    for noted in uses {
        statement.execute((
            noted.credential.to_bytes(),
            Timestamp::millis(noted.last_at),
            &noted.address,
            i64::try_from(noted.count).unwrap_or(i64::MAX),
        ))?;
    }
    Ok(Written::default())
}
