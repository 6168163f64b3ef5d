//! The migrations of the schema: numbered files, applied forward, counted in `meta`.
//!
//! Invariants: a released file is never changed. All missing steps are one transaction under a
//! lock, so when several nodes start at once, one migrates and the others wait.

use std::time::Duration;

use deadpool_postgres::{Client, GenericClient};
use store::OpenError;
use tokio_postgres::Error;

use crate::error::open_error;

/// Step `n` of the list migrates from version `n` to `n + 1`.
pub(crate) const STEPS: [&str; 5] = [
    include_str!("../migrations/0001-entities.sql"),
    include_str!("../migrations/0002-limits-and-notes.sql"),
    include_str!("../migrations/0003-people.sql"),
    include_str!("../migrations/0004-changes-and-places.sql"),
    include_str!("../migrations/0005-identity-scopes-of-apps.sql"),
];

/// The newest schema version that this program knows.
pub(crate) const NEWEST: u32 = STEPS.len() as u32;

/// The key of the advisory lock for migrations. Any number that is the same on every node:
/// "postern" and a zero.
const LOCK: i64 = 0x706f_7374_6572_6e00;

/// The time limit for another node's migration, and for a step.
const MIGRATION_TIMEOUT: Duration = Duration::from_secs(600);

/// Applies every missing step. A new database stores `master_fingerprint`; an existing one must
/// have the same.
pub(crate) async fn migrate(
    client: &mut Client,
    master_fingerprint: &str,
) -> Result<(), OpenError> {
    let failed = |error: Error| open_error(&error);
    let transaction = client.transaction().await.map_err(failed)?;
    let patience = format!("SET LOCAL statement_timeout = {}", MIGRATION_TIMEOUT.as_millis());
    transaction.batch_execute(&patience).await.map_err(failed)?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(failed)?;
    let from = check(&transaction, master_fingerprint).await?;
    if from == NEWEST {
        return Ok(());
    }
    tracing::info!(from, to = NEWEST, "migrating the database");
    for step in STEPS.iter().skip(from as usize) {
        transaction.batch_execute(step).await.map_err(failed)?;
    }
    let note = "INSERT INTO meta (name, value) VALUES
                    ('application', 'postern'), ('master_fingerprint', $1), ('schema_version', $2)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    let version = NEWEST.to_string();
    transaction.execute(note, &[&master_fingerprint, &version]).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

/// The version of the schema; 0 when there is none. Refuses a database that is not ours.
async fn check(client: &impl GenericClient, master_fingerprint: &str) -> Result<u32, OpenError> {
    let failed = |error: Error| open_error(&error);
    let damaged = |what: &str| OpenError::Damaged(what.to_owned());
    let meta = "SELECT to_regclass('meta') IS NOT NULL";
    let is_there = client.query_one(meta, &[]).await.and_then(|row| row.try_get(0));
    if !is_there.map_err(failed)? {
        return if is_of_another_program(client).await.map_err(failed)? {
            Err(damaged("it holds tables of another program"))
        } else {
            Ok(0)
        };
    }
    let value = async |name: &str| -> Result<String, OpenError> {
        let sql = "SELECT value FROM meta WHERE name = $1";
        let found = client.query_opt(sql, &[&name]).await;
        let found = found.and_then(|row| row.map(|row| row.try_get(0)).transpose());
        found.ok().flatten().ok_or_else(|| damaged("it names no version or master key"))
    };
    if value("application").await? != "postern" {
        return Err(damaged("it belongs to another program"));
    }
    let found = value("schema_version").await?;
    let found: u32 = found.parse().map_err(|_| damaged("its version is not a number"))?;
    if found > NEWEST {
        return Err(OpenError::Newer { found, known: NEWEST });
    }
    if value("master_fingerprint").await? != master_fingerprint {
        return Err(OpenError::WrongMasterKey);
    }
    Ok(found)
}

/// Whether another program's tables have the names of ours.
async fn is_of_another_program(client: &impl GenericClient) -> Result<bool, Error> {
    let ours: Vec<&str> = domain::Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    let sql = "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace =
                   current_schema()::regnamespace AND relname = ANY($1))";
    client.query_one(sql, &[&ours]).await?.try_get(0)
}
