//! The UTC month that names a partition of the events: `event_YYYYMM`.
//!
//! Invariant: partitions hold disjoint, rising ranges of sequence numbers, because the writer never
//! returns to an older one, whatever the clock says. Reading the partitions in the order of their
//! names therefore reads the events in the order of commits, and a partition holds no event after
//! its month.

use base::Timestamp;
use rusqlite::{Connection, Result};

/// A UTC month, from January 1970 to December 9999: as `YYYYMM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventMonth(u32);

impl EventMonth {
    const FIRST: Self = Self(197_001);
    const LAST: Self = Self(999_912);

    /// The month of a moment. Moments outside the range get the first or the last month.
    pub(crate) fn of(at: Timestamp) -> Self {
        let Ok(at) = jiff::Timestamp::from_millisecond(at.millis()) else {
            return if at < Timestamp::EPOCH { Self::FIRST } else { Self::LAST };
        };
        let date = jiff::tz::Offset::UTC.to_datetime(at).date();
        let month =
            u32::try_from(date.year()).unwrap_or(0) * 100 + date.month().unsigned_abs() as u32;
        Self(month).clamp(Self::FIRST, Self::LAST)
    }

    /// The name of its table.
    pub(crate) fn table(self) -> String {
        format!("event_{}", self.0)
    }

    fn of_table(name: &str) -> Option<Self> {
        name.strip_prefix("event_")?.parse().ok().map(Self)
    }
}

/// The existing partitions, oldest first.
pub(crate) fn partitions(connection: &Connection) -> Result<Vec<EventMonth>> {
    let mut statement = connection.prepare_cached(
        "SELECT name FROM sqlite_schema
         WHERE type = 'table' AND name GLOB 'event_[0-9][0-9][0-9][0-9][0-9][0-9]' ORDER BY name",
    )?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    names.filter_map(|name| name.map(|name| EventMonth::of_table(&name)).transpose()).collect()
}

/// Part of the third migration: adds a column for the actor to every partition. It holds the
/// actor's kind, a colon, and the actor's public id.
pub(crate) fn tell_actors(connection: &Connection) -> Result<()> {
    for month in partitions(connection)? {
        let table = month.table();
        connection.execute_batch(&format!(
            "ALTER TABLE {table} ADD COLUMN actor TEXT;
             UPDATE {table} SET actor = (body ->> '$.origin.actor.kind')
                || coalesce(':' || (body ->> '$.origin.actor.id'), '');
             CREATE INDEX {table}_actor ON {table} (actor);"
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_utc_and_sort_as_their_tables_do() {
        let month = |text: &str| EventMonth::of(text.parse().unwrap());
        assert_eq!(month("2026-11-30T23:59:59.999Z").table(), "event_202611");
        assert_eq!(month("2026-12-01T00:00:00Z").table(), "event_202612");
        assert_eq!(EventMonth::of(Timestamp::from_seconds(-1)), EventMonth::FIRST);
        assert_eq!(EventMonth::of(Timestamp::from_millis(i64::MAX)), EventMonth::LAST);
        assert_eq!(EventMonth::of(Timestamp::from_millis(i64::MIN)), EventMonth::FIRST);
        assert_eq!(EventMonth::of_table("event_202611"), Some(month("2026-11-05T00:00:00Z")));
    }
}
