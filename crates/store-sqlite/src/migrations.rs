//! The migrations of the schema: numbered files, applied forward, counted in `user_version`.
//!
//! Invariant: a released file is never changed. No migration crate is used: it would bring its own
//! table and the SQLite version of its own binding, and a loop over a counter is sufficient.

use rusqlite::{Connection, Result, TransactionBehavior};

use crate::{changes, event_month};

/// SQL, and code for tables that SQL alone cannot name.
struct Step {
    sql: &'static str,
    then: fn(&Connection) -> Result<()>,
}

/// Step `n` of the list migrates from version `n` to `n + 1`.
const STEPS: [Step; 5] = [
    Step { sql: include_str!("../migrations/0001-entities.sql"), then: nothing },
    Step { sql: include_str!("../migrations/0002-limits-and-notes.sql"), then: nothing },
    Step { sql: include_str!("../migrations/0003-people.sql"), then: event_month::tell_actors },
    Step { sql: include_str!("../migrations/0004-changes-and-places.sql"), then: changes::begin },
    Step { sql: include_str!("../migrations/0005-identity-scopes-of-apps.sql"), then: nothing },
];

fn nothing(_: &Connection) -> Result<()> {
    Ok(())
}

/// The newest schema version that this program knows.
pub(crate) const NEWEST: u32 = STEPS.len() as u32;

/// The version of the schema; 0 when there is none.
pub(crate) fn version(connection: &Connection) -> Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Applies every missing step in one transaction. Runs `first` in it when there was no schema.
pub(crate) fn migrate(
    connection: &mut Connection,
    first: impl FnOnce(&Connection) -> Result<()>,
) -> Result<()> {
    let from = version(connection)?;
    if from >= NEWEST {
        return Ok(());
    }
    tracing::info!(from, to = NEWEST, "migrating the database");
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in STEPS.iter().skip(from as usize) {
        transaction.execute_batch(step.sql)?;
        (step.then)(&transaction)?;
    }
    if from == 0 {
        first(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", NEWEST)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;

    fn migrated() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, |_| Ok(())).unwrap();
        connection
    }

    #[test]
    fn every_kind_has_the_same_table_and_indexes() {
        let connection = migrated();
        let shape = |kind: domain::Kind| -> Vec<String> {
            let mut statement = connection
                .prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = ? ORDER BY name")
                .unwrap();
            let rows = statement.query_map([kind.as_str()], |row| row.get::<_, String>(0)).unwrap();
            rows.map(|sql| {
                sql.unwrap()
                    .replacen(&format!("TABLE {}", kind.as_str()), "TABLE it", 1)
                    .replacen(&format!("INDEX {}_", kind.as_str()), "INDEX it_", 1)
                    .replacen(&format!("ON {} ", kind.as_str()), "ON it ", 1)
            })
            .collect()
        };
        let expected = shape(domain::Kind::Organization);
        assert_eq!(expected.len(), 10, "a table and nine indexes");
        for kind in domain::Kind::ALL {
            assert_eq!(shape(kind), expected, "{}", kind.as_str());
        }
    }

    #[test]
    fn every_statement_fits_the_schema() {
        let connection = migrated();
        for kind in domain::Kind::ALL {
            for sql in [
                sql::insert(kind),
                sql::replace(kind),
                sql::rewrite(kind),
                sql::remove(kind),
                sql::by_id(kind),
                sql::by_public_id(kind),
                sql::by_handle(kind),
                sql::scan(kind),
            ] {
                connection.prepare(sql).unwrap();
                assert!(sql.contains(&format!(" {} ", kind.as_str())), "{sql}");
            }
        }
    }

    #[test]
    fn a_row_that_keeps_its_keys_is_rewritten_without_an_index() {
        let connection = migrated();
        let nothing = || rusqlite::params_from_iter([0_i64; 12]);
        let opened = |sql: &str| {
            let mut statement = connection.prepare(&format!("EXPLAIN {sql}")).unwrap();
            let opcodes = statement.query_map(nothing(), |row| row.get::<_, String>(1)).unwrap();
            opcodes.filter(|opcode| opcode.as_ref().unwrap() == "OpenWrite").count()
        };
        for kind in domain::Kind::ALL {
            assert_eq!((opened(sql::rewrite(kind)), opened(sql::replace(kind))), (1, 10));
            let plan: String = connection
                .query_row(
                    &format!("EXPLAIN QUERY PLAN {}", sql::rewrite(kind)),
                    nothing(),
                    |row| row.get(3),
                )
                .unwrap();
            assert!(plan.contains("PRIMARY KEY (id=?)"), "{plan}");
        }
    }

    #[test]
    fn reads_by_key_use_their_index() {
        let connection = migrated();
        for kind in domain::Kind::ALL {
            for (sql, index) in
                [(sql::by_public_id(kind), "public_id"), (sql::by_handle(kind), "handle")]
            {
                let plan: String = connection
                    .query_row(&format!("EXPLAIN QUERY PLAN {sql}"), ["a", "b"], |row| row.get(3))
                    .unwrap();
                assert!(plan.contains(&format!("{}_{index}", kind.as_str())), "{plan}");
            }
        }
    }
}
