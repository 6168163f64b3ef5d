//! The monthly partitions (UTC) of the events.
//!
//! A partition is created when the first event of a month is written, in a transaction of its own
//! and under an advisory lock, so that several nodes can do it at once. Attaching a new table waits
//! for no reader or writer of the earlier months.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use base::Timestamp;
use deadpool_postgres::{Client, GenericClient as _};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use tokio_postgres::Error;

/// The key of the advisory lock for creating a partition. Any number that is the same on every
/// node: "postern" and a one.
const LOCK: i64 = 0x706f_7374_6572_6e01;

/// A UTC month, from January 1970 to December 9998, as its first day. Moments outside the range get
/// the first or the last month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EventMonth(Date);

const FIRST: EventMonth = EventMonth(Date::constant(1970, 1, 1));
const LAST: EventMonth = EventMonth(Date::constant(9998, 12, 1));

impl EventMonth {
    pub(crate) fn of(at: Timestamp) -> Self {
        let Ok(moment) = jiff::Timestamp::from_millisecond(at.millis()) else {
            return if at < Timestamp::EPOCH { FIRST } else { LAST };
        };
        let first_day = Offset::UTC.to_datetime(moment).date().first_of_month();
        Self(first_day.clamp(FIRST.0, LAST.0))
    }

    fn table(self) -> String {
        format!("event_{:04}{:02}", self.0.year(), self.0.month())
    }

    /// The inclusive start and the exclusive end, in milliseconds, as text for the database.
    fn bounds(self) -> (String, String) {
        let next = self.0.last_of_month().tomorrow().map_or(self.0, |date| date);
        let from = if self == FIRST { "MINVALUE".into() } else { millis(self.0).to_string() };
        let to = if self == LAST { "MAXVALUE".into() } else { millis(next).to_string() };
        (from, to)
    }
}

fn millis(date: Date) -> i64 {
    let midnight = DateTime::from_parts(date, Time::midnight());
    Offset::UTC.to_timestamp(midnight).map_or(i64::MAX, jiff::Timestamp::as_millisecond)
}

/// The months whose partitions this process knows.
#[derive(Debug, Default)]
pub(crate) struct Partitions(Mutex<HashSet<EventMonth>>);

impl Partitions {
    /// Whether this process knows the partitions of all these months.
    pub(crate) fn have(&self, months: &HashSet<EventMonth>) -> bool {
        months.is_subset(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Creates the missing partitions. Another node may have created some of them.
    pub(crate) async fn make(
        &self,
        client: &mut Client,
        months: &HashSet<EventMonth>,
    ) -> Result<(), Error> {
        let transaction = client.transaction().await?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
        for month in months {
            let table = month.table();
            let there = "SELECT to_regclass($1) IS NOT NULL";
            if transaction.query_one(there, &[&table]).await?.try_get(0)? {
                continue;
            }
            let (from, to) = month.bounds();
            let make = format!(
                "CREATE TABLE {table} (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
                 ALTER TABLE event ATTACH PARTITION {table} FOR VALUES FROM ({from}) TO ({to})"
            );
            transaction.batch_execute(&make).await?;
        }
        transaction.commit().await?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(months);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_utc_and_meet_without_a_gap() {
        let month = |text: &str| EventMonth::of(text.parse().unwrap());
        let (november, december) =
            (month("2026-11-30T23:59:59.999Z"), month("2026-12-01T00:00:00Z"));
        assert_eq!(
            (november.table(), december.table()),
            ("event_202611".into(), "event_202612".into())
        );
        assert_eq!(november.bounds().1, december.bounds().0);
        assert_eq!(december.bounds().0, "1796083200000");
        assert_eq!(EventMonth::of(Timestamp::from_seconds(-1)), FIRST);
        assert_eq!(FIRST.bounds().0, "MINVALUE");
        assert_eq!(EventMonth::of(Timestamp::from_millis(i64::MAX)), LAST);
        assert_eq!(EventMonth::of(Timestamp::from_millis(i64::MIN)), FIRST);
        assert_eq!(LAST.bounds().1, "MAXVALUE");
    }
}
