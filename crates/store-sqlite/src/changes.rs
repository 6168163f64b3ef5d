//! The newest changes: a row per published commit, by its sequence number, and the number after
//! which all are kept.
//!
//! Invariant: the number under [`SWEPT`] is not smaller than that of any deleted change. It is
//! written in the transaction that deletes.

use rusqlite::{Connection, OptionalExtension as _, Result};
use store::{CHANGES_KEPT, Change, Effect, MAX_CHANGES};

use crate::error::{OrStoreError as _, Read, damaged};
use crate::event_month::partitions;

/// The name in `meta` of the number after which every change is kept.
const SWEPT: &str = "changes_swept";

/// How many changes are deleted at once. Until then, the table may have this many more than are
/// kept.
const SWEEP_SIZE: usize = 256;

/// Part of the fourth migration: earlier versions did not store changes.
pub(crate) fn begin(connection: &Connection) -> Result<()> {
    let newest = newest_sequence(connection)?;
    connection
        .execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", (SWEPT, to_text(newest)))?;
    Ok(())
}

fn to_text(sequence: u64) -> String {
    sequence.to_string()
}

/// The number of stored changes; counted when it is first needed.
#[derive(Default)]
pub(crate) struct Changes(Option<usize>);

impl Changes {
    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }

    /// Appends a change, and deletes the oldest where there are too many.
    pub(crate) fn append(
        &mut self,
        connection: &Connection,
        sequence: u64,
        packed: &[u8],
    ) -> Result<()> {
        let before = match self.0.take() {
            Some(count) => count,
            None => count(connection)?,
        };
        connection
            .prepare_cached("INSERT INTO change (sequence, effects) VALUES (?1, ?2)")?
            .execute((sequence.cast_signed(), packed))?;
        let excess = (before + 1).saturating_sub(CHANGES_KEPT);
        let swept = if excess >= SWEEP_SIZE { sweep(connection, excess)? } else { 0 };
        self.0 = Some(before + 1 - swept);
        Ok(())
    }
}

fn count(connection: &Connection) -> Result<usize> {
    let count: i64 = connection.query_row("SELECT count(*) FROM change", [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Deletes the `excess` oldest changes. Returns how many were deleted.
fn sweep(connection: &Connection, excess: usize) -> Result<usize> {
    let last: i64 = connection
        .prepare_cached("SELECT sequence FROM change ORDER BY sequence LIMIT 1 OFFSET ?1")?
        .query_row([excess.saturating_sub(1) as i64], |row| row.get(0))?;
    connection
        .prepare_cached("UPDATE meta SET value = ?2 WHERE name = ?1")?
        .execute((SWEPT, to_text(last.cast_unsigned())))?;
    connection.prepare_cached("DELETE FROM change WHERE sequence <= ?1")?.execute([last])
}

/// The sequence number of the newest change; 0 when there is none.
fn newest(connection: &Connection) -> Result<u64> {
    let newest: Option<i64> =
        connection.query_row("SELECT max(sequence) FROM change", [], |row| row.get(0))?;
    Ok(newest.map_or(0, i64::cast_unsigned))
}

/// The newest sequence number that was ever given.
pub(crate) fn newest_sequence(connection: &Connection) -> Result<u64> {
    let dropped: Option<String> = connection
        .query_row("SELECT value FROM meta WHERE name = 'sequence'", [], |row| row.get(0))
        .optional()?;
    let dropped = dropped.and_then(|text| text.parse().ok()).unwrap_or(0);
    let newest_event = newest(connection)?.max(dropped);
    let Some(newest) = partitions(connection)?.last().copied() else { return Ok(newest_event) };
    let sql = format!("SELECT max(sequence) FROM {}", newest.table());
    let newest: Option<i64> = connection.query_row(&sql, [], |row| row.get(0))?;
    Ok(newest_event.max(newest.map_or(0, i64::cast_unsigned)))
}

/// The changes after `after`, in order; `None` where some of them may have been deleted. In one
/// snapshot.
pub(crate) fn after(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> Read<Option<Vec<Change>>> {
    let snapshot = connection.unchecked_transaction().or_store_error()?;
    let swept: Option<String> = snapshot
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")
        .and_then(|mut statement| statement.query_row([SWEPT], |row| row.get(0)).optional())
        .or_store_error()?;
    let swept: u64 = swept
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| damaged("since when are changes kept?"))?;
    if after < swept {
        return Ok(None);
    }
    let sql = "SELECT sequence, effects FROM change WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";
    let mut statement = snapshot.prepare_cached(sql).or_store_error()?;
    let (after, limit) = (i64::try_from(after).unwrap_or(i64::MAX), limit.min(MAX_CHANGES) as i64);
    let rows = statement
        .query_map((after, limit), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
        .or_store_error()?;
    let change = |row: Result<(i64, Vec<u8>)>| {
        let (sequence, packed) = row.or_store_error()?;
        let effects = Effect::unpack(&packed).ok_or_else(|| damaged("a change"))?;
        Ok(Change { sequence: sequence.cast_unsigned(), effects })
    };
    rows.map(change).collect::<Read<_>>().map(Some)
}
