//! Numbers events and appends them to the table of their month.

use rusqlite::{Connection, Result};

use super::work::Written;
use crate::changes::newest_sequence;
use crate::event_month::{EventMonth, partitions};
use crate::prepared::EventRow;

/// The state of the newest partition; read when it is first needed.
#[derive(Default)]
pub(super) struct Events(Option<Newest>);

struct Newest {
    sequence: u64,
    partition: Option<Partition>,
}

struct Partition {
    month: EventMonth,
    insert: String,
}

impl Partition {
    fn of(month: EventMonth) -> Self {
        let table = month.table();
        let insert = format!(
            "INSERT INTO {table} (sequence, realm, target, request_id, body, actor)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        );
        Self { month, insert }
    }
}

impl Events {
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }

    /// Appends one event. Returns its sequence number.
    pub(super) fn append(&mut self, connection: &Connection, event: &EventRow) -> Result<u64> {
        let newest = self.load(connection)?;
        let partition = match &newest.partition {
            Some(partition) if partition.month >= event.month => partition,
            _ => {
                create(connection, event.month)?;
                newest.partition.insert(Partition::of(event.month))
            }
        };
        let sequence = newest.sequence + 1;
        connection.prepare_cached(&partition.insert)?.execute((
            sequence.cast_signed(),
            &event.realm,
            &event.target,
            &event.request_id,
            &event.body,
            &event.actor,
        ))?;
        newest.sequence = sequence;
        Ok(sequence)
    }

    /// A sequence number for a change without events.
    pub(super) fn next(&mut self, connection: &Connection) -> Result<u64> {
        let newest = self.load(connection)?;
        newest.sequence += 1;
        Ok(newest.sequence)
    }

    /// Drops the partitions of earlier months. Their numbers are never used again.
    pub(super) fn drop_before(
        &mut self,
        connection: &Connection,
        month: EventMonth,
    ) -> Result<Written> {
        let sequence = self.load(connection)?.sequence;
        connection.execute(
            "INSERT INTO meta (name, value) VALUES ('sequence', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [sequence.to_string()],
        )?;
        for old in partitions(connection)?.into_iter().filter(|old| *old < month) {
            connection.execute_batch(&format!("DROP TABLE {}", old.table()))?;
        }
        self.forget();
        Ok(Written::default())
    }

    fn load(&mut self, connection: &Connection) -> Result<&mut Newest> {
        let loaded = match self.0.take() {
            Some(newest) => newest,
            None => Newest {
                sequence: newest_sequence(connection)?,
                partition: partitions(connection)?.last().copied().map(Partition::of),
            },
        };
        Ok(self.0.insert(loaded))
    }
}

fn create(connection: &Connection, month: EventMonth) -> Result<()> {
    let table = month.table();
    connection.execute_batch(&format!(
        "CREATE TABLE {table} (
            sequence INTEGER NOT NULL PRIMARY KEY,
            realm TEXT NOT NULL,
            target TEXT NOT NULL,
            request_id TEXT,
            body TEXT NOT NULL,
            actor TEXT
         ) STRICT;
         CREATE INDEX {table}_target ON {table} (target);
         CREATE INDEX {table}_request ON {table} (request_id) WHERE request_id IS NOT NULL;
         CREATE INDEX {table}_actor ON {table} (actor);"
    ))
}
